from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from dagster import (
    AssetKey,
    AssetsDefinition,
    DagsterInstance,
    Definitions,
    ExecuteInProcessResult,
    MetadataValue,
    asset,
)
from guard_home import RAW_SUITE, RAW_TABLES, SettingsWithOwnSuites, make_settings

from orchestration.guard import guard_checks, load_suites
from orchestration.run_lock import RUN_LOCK, run_lock
from orchestration.settings import Channels, Settings


def asset_key_of(target: str) -> AssetKey:
    room, name = target.split(".")
    return AssetKey([room, *name.split("__")])


def raw_asset(target: str) -> AssetsDefinition:
    @asset(key=asset_key_of(target))
    def delivered() -> None: ...

    return delivered


def materialize(settings: SettingsWithOwnSuites, *targets: str) -> ExecuteInProcessResult:
    """Build the raw assets of these tables, their checks, and for each an asset downstream of it."""

    def downstream_of(target: str) -> AssetsDefinition:
        @asset(key=AssetKey(["staging", target.split("__")[1]]), deps=[asset_key_of(target)])
        def downstream() -> None: ...

        return downstream

    tables = ["raw.crm__deal", "raw.crm__rep", "raw.crm__lead", "raw.crm__forgotten"]
    assets = [raw_asset(table) for table in tables] + [downstream_of(table) for table in targets]
    definitions = Definitions(
        assets=assets,
        asset_checks=[guard_checks(settings, "raw", asset_key_of)],
        resources={RUN_LOCK: run_lock(settings.lock_file)},
    )
    with DagsterInstance.ephemeral() as instance:
        selection = [asset_key_of(target) for target in targets]
        selection += [AssetKey(["staging", target.split("__")[1]]) for target in targets]
        return definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            asset_selection=selection, instance=instance, raise_on_error=False
        )


def test_a_failed_critical_check_stops_what_is_downstream_with_the_reason(settings: SettingsWithOwnSuites) -> None:
    run = materialize(settings, "raw.crm__deal")
    evaluations = {it.check_name: it for it in run.get_asset_check_evaluations()}
    assert set(evaluations) == {
        "gx_stage_is_filled",
        "gx_deal_id_is_unique",
        "gx_amount_is_not_negative",
        "gx_no_such_column_is_known",
    }
    critical = evaluations["gx_stage_is_filled"]
    metadata = {name: value.value for name, value in critical.metadata.items()}
    assert (critical.passed, critical.blocking, critical.severity.value) == (False, True, "ERROR")
    assert (metadata["unexpected_count"], metadata["element_count"]) == (1, 4)
    assert metadata["sample_keys"] == '[{"deal_id": "d2", "stage": null}]'
    assert (metadata["why"], metadata["fix"]) == ("A deal has a stage.", "Set the stage in the CRM.")
    # a browser opens no file:// link on a page of Dagster
    assert metadata["data_docs"] == f"{settings.reports}/data_docs/index.html#raw.crm__deal"
    broken = evaluations["gx_no_such_column_is_known"]
    assert (broken.passed, broken.metadata["status"].value) == (False, "errored")
    assert (broken.description or "").startswith("The check itself could not run")
    assert not run.success
    assert AssetKey(["staging", "deal"]) not in materialized(run)


def test_a_failed_warning_stops_nothing(settings: SettingsWithOwnSuites) -> None:
    run = materialize(settings, "raw.crm__rep")
    passed = {it.check_name: it.passed for it in run.get_asset_check_evaluations()}
    assert passed == {"gx_row_count_is_in_range": False, "gx_rep_id_is_filled": True}
    assert run.success
    assert AssetKey(["staging", "rep"]) in materialized(run)


def test_where_the_reports_are_served_a_check_links_to_its_table(settings: SettingsWithOwnSuites) -> None:
    served = replace(settings, channels=Channels(report_url="https://reports.example.com/kuota/index.html"))
    [link, *_] = {it.metadata["data_docs"] for it in materialize(served, "raw.crm__rep").get_asset_check_evaluations()}
    assert link == MetadataValue.url("https://reports.example.com/kuota/data_docs/index.html#raw.crm__rep")


def test_an_object_that_was_not_delivered_stops_nothing(settings: SettingsWithOwnSuites) -> None:
    run = materialize(settings, "raw.crm__lead")
    (evaluation,) = run.get_asset_check_evaluations()
    assert (evaluation.passed, evaluation.metadata["status"].value) == (True, "not checked")
    assert AssetKey(["staging", "lead"]) in materialized(run)


def test_a_check_that_reads_another_table_waits_for_it(tmp_path: Path) -> None:
    suite = RAW_SUITE.replace("from {batch} where", "from {batch} semi join raw.crm__rep on true where").replace(
        "where try_cast(amount as integer) < 0",
        "where try_cast(amount as integer) < 0\n            reads: [raw.crm__rep]",
    )
    checks = guard_checks(make_settings(tmp_path, {"raw/crm.yml": suite}, RAW_TABLES), "raw", asset_key_of)
    spec = next(it for it in checks.check_specs if it.name == "gx_amount_is_not_negative")
    assert [it.asset_key for it in spec.additional_deps] == [AssetKey(["raw", "crm", "rep"])]


@pytest.mark.parametrize("room", ["raw", "marts"])
def test_the_checks_of_the_project_become_asset_checks(tmp_path: Path, room: Literal["raw", "marts"]) -> None:
    settings = Settings(home=tmp_path, landing=tmp_path, warehouse=tmp_path / "kuota.duckdb")
    checks = guard_checks(settings, room, asset_key_of)
    expected = sum(len(it.expectations) for suite in load_suites(settings.expectations / room) for it in suite.targets)
    assert len(set(checks.check_keys)) == expected


def materialized(run: ExecuteInProcessResult) -> set[AssetKey | None]:
    return {event.asset_key for event in run.get_asset_materialization_events()}


@pytest.fixture(autouse=True)
def _no_telemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
