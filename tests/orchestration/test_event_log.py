"""What a run writes to Dagster's event log over kept connections is what others read, also while it writes."""

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy
from dagster import AssetCheckResult, AssetCheckSpec, AssetKey, DagsterInstance, MaterializeResult, asset, materialize

from orchestration.event_log import event_log_kept_open

CHECKS = 30


@asset(check_specs=[AssetCheckSpec(f"check_{number}", asset="table") for number in range(CHECKS)])
def table() -> Iterator[MaterializeResult[None] | AssetCheckResult]:
    """One asset with many checks."""
    yield MaterializeResult(metadata={"rows": 3})
    for number in range(CHECKS):
        yield AssetCheckResult(passed=number > 0, check_name=f"check_{number}")


def test_events_are_read_by_another_process_during_the_run_and_after_it(tmp_path: Path) -> None:
    with DagsterInstance.local_temp(str(tmp_path)) as writer, DagsterInstance.local_temp(str(tmp_path)) as reader:
        with event_log_kept_open(writer):
            run = materialize([table], instance=writer)
            during = reader.get_latest_materialization_event(AssetKey("table"))
        after = reader.get_records_for_run(run.run_id).records
    assert during is not None and during.asset_materialization is not None
    assert during.asset_materialization.metadata["rows"].value == 3
    evaluations = [record.event_log_entry for record in after if record.event_log_entry.dagster_event_type is not None]
    checked = [event for event in evaluations if event.dagster_event_type.value == "ASSET_CHECK_EVALUATION"]
    assert len(checked) == CHECKS


def test_files_are_opened_once_and_not_per_event(tmp_path: Path) -> None:
    opened: list[str] = []

    def count(dialect: object, record: object, words: object, options: dict[str, object]) -> None:
        opened.append(str(options))

    sqlalchemy.event.listen(sqlalchemy.engine.Engine, "do_connect", count)
    try:
        with DagsterInstance.local_temp(str(tmp_path)) as instance:
            materialize([table], instance=instance)
            of_dagster = len(opened)
            opened.clear()
            with event_log_kept_open(instance):
                materialize([table], instance=instance)
    finally:
        sqlalchemy.event.remove(sqlalchemy.engine.Engine, "do_connect", count)
    assert len(opened) < of_dagster / 3


def test_an_event_log_that_is_not_in_files_stays_as_it_is() -> None:
    with DagsterInstance.ephemeral() as instance, event_log_kept_open(instance):
        assert materialize([table], instance=instance).success
