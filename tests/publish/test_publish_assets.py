from dagster import AssetKey, DagsterInstance, materialize
from small_company import CHECKS, MODELS, UNIQUE, at, build, checked, settings_in

from orchestration.publish.assets import publish_asset
from orchestration.run_lock import RUN_LOCK, run_lock


def publish_alone(settings):
    """As the UI does it: the published asset materialized on its own."""
    published = publish_asset(
        settings.warehouse, settings.published, lambda: (MODELS, CHECKS), [AssetKey(["marts", "sales", "fct_credits"])]
    )
    with DagsterInstance.ephemeral() as instance:
        return materialize(
            [published],
            instance=instance,
            resources={RUN_LOCK: run_lock(settings.lock_file)},
            raise_on_error=False,
        )


def test_a_publish_from_the_ui_shows_what_it_published(tmp_path):
    settings = settings_in(tmp_path / "home")
    build(settings)
    result = publish_alone(settings)
    assert result.success
    metadata = result.asset_materializations_for_node("published__marts")[0].metadata
    assert metadata["publish_id"].value.startswith("2017-12-31-")
    assert metadata["dagster/row_count"].value == 5
    assert metadata["seconds"].value > 0
    assert {(it.data["table"], it.data["rows"]) for it in metadata["tables"].records} == {
        ("fct_credits", 3),
        ("mart_win_rate", 1),
        ("publication", 1),
    }
    assert metadata["path"].value == str(settings.published / "kuota.duckdb")


def test_a_publish_from_the_ui_goes_through_the_gate(tmp_path):
    settings = settings_in(tmp_path / "home")
    build(settings)
    checked(settings, UNIQUE, "failed", at("10:04"), unexpected_count=3)
    assert not publish_alone(settings).success
    assert not (settings.published / "kuota.duckdb").exists()
