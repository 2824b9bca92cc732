"""Runs that Dagster starts: a whole refresh, a part of it from the UI, and the sensor that waits for files."""

import json
from pathlib import Path

import duckdb
import pytest
from dagster import AssetKey, DagsterEventType, DagsterInstance, build_sensor_context

from orchestration.definitions import build_definitions
from orchestration.errors import ConfigurationError
from orchestration.publish import publish_quality
from orchestration.warehouse import connect
from tests.orchestration.conftest import Deployment, complaint_of
from tests.orchestration.small_landing import land, landed_home

# one story of one deployment: a whole run, then parts of it, then what lands
pytestmark = pytest.mark.random_order(disabled=True)
QUOTA = "assignee_type,assignee,metric,period_type,period_start,target,currency,effective_from,note\n"


def reports_of(deployment: Deployment) -> tuple[str, str]:
    """The ops page and the index of the Data Docs."""
    reports = deployment.settings.reports
    return (reports / "index.html").read_text(), (reports / "data_docs" / "index.html").read_text()


def tick(deployment: Deployment) -> tuple[list[str | None], str | None]:
    """The run keys that the sensor asks for, and why it asks for none."""
    with build_sensor_context(instance=DagsterInstance.ephemeral(), definitions=deployment.definitions) as context:
        data = deployment.definitions.resolve_sensor_def("new_extracts").evaluate_tick(context)
    return [request.run_key for request in data.run_requests or []], data.skip_message


def test_refresh_without_the_command_line_publishes_and_writes_its_reports(refreshed: Deployment) -> None:
    [run] = refreshed.instance.get_runs()
    ops_page, data_docs = reports_of(refreshed)
    assert "Published " in ops_page and f"<code>{run.run_id}</code>" in ops_page
    assert f"Run <code>{run.run_id}</code>" in data_docs and 'id="marts.' in data_docs


def test_refresh_publishes_and_shows_its_models(refreshed: Deployment) -> None:
    with duckdb.connect(str(refreshed.settings.published / "kuota.duckdb"), read_only=True) as connection:
        deals = connection.sql("select count(*), count(*) filter (is_won) from marts.fct_opportunities").fetchall()
    assert deals == [(3, 1)]
    mart = AssetKey(["core", "deals", "fct_opportunities"])
    assert refreshed.instance.get_latest_materialization_event(mart) is not None


def test_every_asset_shows_rows_columns_and_seconds(refreshed: Deployment) -> None:
    keys = {spec.key for spec in refreshed.definitions.resolve_all_asset_specs()}
    events = {key: refreshed.instance.get_latest_materialization_event(key) for key in keys}
    shown = {
        key.to_user_string(): set(event.asset_materialization.metadata)
        for key, event in events.items()
        if event is not None and event.asset_materialization is not None
    }
    assert len(shown) == len(keys)
    lacking = {key: {"dagster/row_count", "dagster/column_schema", "seconds"} - names for key, names in shown.items()}
    # the file has no columns of its own: those of its tables are with the tables
    assert lacking.pop("published/marts") == {"dagster/column_schema"}
    assert {key: names for key, names in lacking.items() if names} == {}


def test_the_columns_of_a_mart_are_those_of_its_contract_with_their_descriptions(refreshed: Deployment) -> None:
    event = refreshed.instance.get_latest_materialization_event(AssetKey(["core", "deals", "fct_opportunities"]))
    assert event is not None and event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    assert metadata["dagster/row_count"].value == 3
    node = next(
        it
        for it in json.loads(refreshed.settings.dbt_manifest.read_text())["nodes"].values()
        if it["name"] == "fct_opportunities"
    )
    columns = {column.name: column for column in metadata["dagster/column_schema"].schema.columns}
    assert list(columns) == list(node["columns"])
    assert {name: column.description for name, column in columns.items()} == {
        name: column["description"] for name, column in node["columns"].items()
    }


def test_nothing_new_starts_nothing(refreshed: Deployment) -> None:
    publish_quality(
        refreshed.settings.warehouse,
        refreshed.settings.published,
        refreshed.settings.dbt_manifest,
        run_id="the run's reports",
    )
    requested, reason = tick(refreshed)
    assert (requested, reason) == ([], "Nothing new has landed.")


def test_a_mart_alone_is_built_and_checked_but_publishing_it_alone_is_refused(refreshed: Deployment) -> None:
    published_before = (refreshed.settings.published / "manifest.json").read_text()
    with connect(refreshed.settings.warehouse) as connection:
        # the mart has other rows than those that it is built with; had it the same, everything would still hold
        [(rows,)] = connection.execute("select count(*) from marts.fct_credits").fetchall()
        assert rows
        connection.execute("delete from marts.fct_credits")
        connection.execute("update quality.table_state set inputs = '' where target = 'marts.fct_credits'")
    mart = refreshed.materialize("core/deals/fct_credits")
    assert mart.success, complaint_of(mart)
    built = {event.asset_key.to_user_string() for event in mart.get_asset_materialization_events() if event.asset_key}
    assert built == {"core/deals/fct_credits"}
    assert {check.check_name for check in mart.get_asset_check_evaluations()} >= {"one_row_per_fct_credits"}

    publish = refreshed.materialize("published/marts")
    assert not publish.success
    refusal = complaint_of(publish)
    assert "marts.fct_credits" in refusal and "run `kuota run`" in refusal
    ops_page, _ = reports_of(refreshed)
    assert f"<code>{publish.run_id}</code>" in ops_page and "run `kuota run`" in ops_page
    assert (refreshed.settings.published / "manifest.json").read_text() == published_before


def test_new_raw_alone_makes_publishing_alone_refuse_because_the_models_are_older(refreshed: Deployment) -> None:
    file = refreshed.settings.landing / "registers" / "2026-06-30" / "quotas.csv"
    file.write_text(QUOTA + "rep,R1,deals_won,month,2026-05-01,2,,,\n")
    raw = refreshed.materialize("raw/registers/quota")
    assert raw.success, complaint_of(raw)
    assert "before raw.registers__quota" in complaint_of(refreshed.materialize("published/marts"))


def test_a_mart_in_an_empty_home_says_what_to_run_first(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = landed_home(tmp_path, tmp_path_factory)
    empty = Deployment(settings, build_definitions(settings), DagsterInstance.ephemeral())
    assert "run the job `refresh` first" in complaint_of(empty.materialize("core/organization/dim_reps"))


def test_one_delivery_asks_for_one_run_and_a_changed_file_for_another(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = landed_home(tmp_path, tmp_path_factory)
    deployment = Deployment(settings, build_definitions(settings), DagsterInstance.ephemeral())
    (first,), _ = tick(deployment)
    assert tick(deployment)[0] == [first]  # Dagster starts one run for one key
    land(settings, {"generic/2026-07-31/reps.csv": "rep_id,name\nR1,Ann\n"})
    (second,), _ = tick(deployment)
    assert second != first

    (settings.landing / "unknown_crm" / "2026-07-31").mkdir(parents=True)
    (settings.landing / "unknown_crm" / "2026-07-31" / "deals.csv").write_text("id\n1\n")
    with pytest.raises(ConfigurationError, match="unknown source 'unknown_crm'"):
        tick(deployment)


def test_a_source_whose_exports_stopped_is_late_in_dagster_too(refreshed: Deployment) -> None:
    on_time = {
        entry.dagster_event.event_specific_data.asset_key.path[1]: entry.dagster_event.event_specific_data
        for run in refreshed.instance.get_runs()[-1:]
        for entry in refreshed.instance.all_logs(run.run_id, of_type=DagsterEventType.ASSET_CHECK_EVALUATION)
        if entry.dagster_event and entry.dagster_event.event_specific_data.check_name == "source_is_on_time"
    }
    # the extracts are of June 2026, and expected every day
    assert not on_time["generic"].passed and on_time["generic"].metadata["status"].value == "late"
    assert on_time["generic"].severity.value == "WARN"
    assert on_time["hubspot"].passed and on_time["hubspot"].metadata["status"].value == "not_delivered"
