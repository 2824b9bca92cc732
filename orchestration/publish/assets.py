"""Dagster's view of the publish room: the asset of the published marts, and the sensors that write after a run."""

import threading
from collections.abc import Callable, Mapping, Sequence

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    DagsterRunStatus,
    DefaultSensorStatus,
    MaterializeResult,
    MetadataValue,
    RunStatusSensorContext,
    SensorDefinition,
    SkipReason,
    asset,
    run_status_sensor,
)

from orchestration.errors import LockHeld
from orchestration.progress import progress_of
from orchestration.publish.gate import CriticalCheck
from orchestration.publish.marts import publish_marts
from orchestration.publish.notify import tell_of_failure
from orchestration.publish.ops_report import write_ops_report
from orchestration.publish.quality import publish_quality
from orchestration.publish.state import check_counts
from orchestration.publish.version import MANIFEST, read_manifest
from orchestration.run_lock import RUN_LOCK
from orchestration.settings import Settings
from orchestration.warehouse import connect, writer_lock

STARTED_BY = "kuota/started_by"
COMMAND_LINE = "command_line"
OWNER = "team:sales-operations"

_sensor_turn = threading.Lock()


def publish_asset(
    settings: Settings,
    models_and_checks: Callable[[], tuple[Mapping[str, Sequence[str]], Sequence[CriticalCheck]]],
    deps: Sequence[AssetKey],
    *,
    versions_only: bool = False,
) -> AssetsDefinition:
    """The asset `published/marts`. `models_and_checks` is asked when it runs, for what the gate must look at.

    `versions_only` is for runs as of an earlier day: they leave what readers open as it is.
    """

    @asset(
        key=AssetKey(["published", "marts"]),
        deps=list(deps),
        group_name="publish",
        required_resource_keys={RUN_LOCK},
        owners=[OWNER],
        kinds={"duckdb", "parquet"},
        description=(
            "What BI opens, read-only: published/marts.duckdb, replaced in one step, and its version with sorted "
            "Parquet. Refuses a build on which not every critical check has passed since it was built."
        ),
    )
    def published_marts(context: AssetExecutionContext) -> MaterializeResult[None]:
        models, critical_checks = models_and_checks()
        report = publish_marts(
            settings,
            run_id=context.run.run_id,
            models=models,
            critical_checks=critical_checks,
            versions_only=versions_only,
            progress=progress_of(context),
        )
        return MaterializeResult(
            metadata={
                "publish_id": report.publish_id,
                "unchanged": report.unchanged,
                "as_of_date": report.as_of_date.isoformat(),
                "tables": report.tables,
                "dagster/row_count": report.rows,
                "path": MetadataValue.path(str(report.path)),
            }
        )

    return published_marts


def quality_sensors(settings: Settings) -> list[SensorDefinition]:
    """For each way a run can end, a sensor that writes quality.duckdb and the ops page, and tells of a failure.

    Runs of the command line are passed over: it writes them itself. So is one that ends while another is writing.
    """
    return [
        _quality_sensor(settings, status)
        for status in (DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED)
    ]


def _quality_sensor(settings: Settings, status: DagsterRunStatus) -> SensorDefinition:
    @run_status_sensor(
        run_status=status,
        name=f"quality_after_{status.value.lower()}",
        description="Writes quality.duckdb and the ops page after a run that was not started by the command line.",
        default_status=DefaultSensorStatus.RUNNING,
    )
    def after_run(context: RunStatusSensorContext) -> SkipReason | None:
        run = context.dagster_run
        if run.tags.get(STARTED_BY) == COMMAND_LINE:
            return SkipReason("The command line writes quality.duckdb and the ops page itself.")
        try:
            # the sensors run in threads of one process, which counts as one holder of the lock
            with _sensor_turn, writer_lock(settings):
                outcome = outcome_of_run(settings, run.run_id, status)
                publish_quality(settings, run_id=run.run_id, outcome=outcome)
                write_ops_report(settings, run_id=run.run_id, outcome=outcome)
        except LockHeld as held:
            context.log.info(f"Not written now, the run that is writing will do it: {held}")
            return SkipReason(str(held))
        for problem in tell_of_failure(settings, outcome=outcome, run_id=run.run_id):
            context.log.warning(problem)
        return None

    return after_run


def outcome_of_run(settings: Settings, run_id: str, status: DagsterRunStatus) -> str:
    """The outcome that the ops page shows for a run that ended: see `write_ops_report`."""
    if status == DagsterRunStatus.CANCELED:
        return "canceled"
    if status == DagsterRunStatus.SUCCESS:
        manifest = read_manifest(settings.published / MANIFEST)
        return "published" if manifest is not None and manifest["run_id"] == run_id else "finished"
    with connect(settings) as connection:
        return "blocked" if check_counts(connection)["failed"] else "failed"
