"""The end of every run, however it was started: kuota_quality.duckdb, the Data Docs, the ops page and the notification.

A run finishes itself, as the last thing that it does under the lock: see run_lock.py. Where it could not (its process
died, or it never got the lock), a sensor does it. The tag FINISHED says that it is done.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from dagster import (
    AssetKey,
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
    DagsterRunStatus,
    DefaultSensorStatus,
    InitResourceContext,
    RunStatusSensorContext,
    SensorDefinition,
    SkipReason,
    run_status_sensor,
)
from dagster_shared.error import SerializableErrorInfo

from orchestration.errors import ConfigurationError, CriticalCheckFailed, KuotaError, LockHeld, Stopped
from orchestration.faults import explained, unexpected
from orchestration.guard import build_data_docs
from orchestration.history import prune_history
from orchestration.progress import PROGRESS_LOG
from orchestration.publish import notify_failure, publish_quality, write_ops_report
from orchestration.settings import Settings
from orchestration.transform import failed_checks
from orchestration.warehouse import writer_lock

FINISHED = "kuota/finished"
# why the reports of a run that had ended well could not be written
REPORTS_FAILED = "kuota/reports_failed"
PUBLISHED = AssetKey(["published", "marts"])
KNOWN_ERRORS: dict[str, type[KuotaError]] = {
    kind.__name__: kind for kind in (ConfigurationError, CriticalCheckFailed, LockHeld, KuotaError)
}
STOPPED = Stopped("the run was stopped before it ended; `kuota run` continues")
# a person stopped the run, or the machine is shutting down
INTERRUPTS = ("KeyboardInterrupt", "DagsterExecutionInterruptedError")
EVENTS = {DagsterEventType.STEP_FAILURE, DagsterEventType.RUN_FAILURE, DagsterEventType.ASSET_MATERIALIZATION}

_sensor_turn = threading.Lock()


@dataclass(frozen=True)
class RunEnd:
    """How a run ended: its outcome (see `write_ops_report`), the error that ended it, and what it published."""

    outcome: str
    error: KuotaError | None = None
    publish_id: str | None = None


def finish_run(settings: Settings, run_id: str, end: RunEnd) -> tuple[list[str], RunEnd]:
    """Write kuota_quality.duckdb, the Data Docs and the ops page, and notify of a failure. The caller holds the lock.

    Returns one line for each channel that could not be notified and each report that could not be written, and how the
    run ended: one of which only the reports could not be written has failed. A run that only found the lock held
    notifies nobody. A run that a person stopped leaves the Data Docs of the run before: the person waits.
    """
    details = str(end.error).splitlines() if end.error else []
    problems = [problem for write in _reports(settings, run_id, end, details) if (problem := _problem_of(write))]
    if problems and end.error is None:
        end = RunEnd("failed", KuotaError("\n".join(problems)))
        details, problems = problems, []
    if not isinstance(end.error, LockHeld):
        problems += notify_failure(settings, outcome=end.outcome, run_id=run_id, details=details)
    return problems, end


def _reports(settings: Settings, run_id: str, end: RunEnd, details: Sequence[str]) -> list[Callable[[], object]]:
    published, reports = settings.published, settings.reports
    return [
        lambda: publish_quality(
            settings.warehouse,
            published,
            settings.dbt_manifest,
            run_id=run_id,
            outcome=end.outcome,
            exit_code=end.error.exit_code if end.error else 0,
        ),
        *([] if isinstance(end.error, Stopped) else [lambda: build_data_docs(reports, settings.warehouse)]),
        lambda: write_ops_report(published, reports, run_id=run_id, outcome=end.outcome, details=details),
    ]


def _problem_of(write: Callable[[], object]) -> str | None:
    # a full disk or a damaged file ends a run: it must not hide why, nor keep people from hearing of it
    try:
        write()
    except (OSError, duckdb.Error, MemoryError, KuotaError) as error:
        logging.exception("The end of the run met an error.")
        return f"the end of the run: {unexpected(error)}"
    return None


def finish_once(
    settings: Settings, instance: DagsterInstance, run_id: str, report_progress: Callable[[str], None]
) -> RunEnd:
    """Finish the run, unless it has been finished already, and return how it ended. The caller holds the lock."""
    end = end_of_run(settings.warehouse, instance, run_id)
    run = instance.get_run_by_id(run_id)
    if run is not None and FINISHED not in run.tags:
        report_progress("reports: kuota_quality.duckdb, Data Docs, ops page")
        problems, finished = finish_run(settings, run_id, end)
        for problem in problems:
            report_progress(f"warning: {problem}")
        unwritten = {} if finished is end else {REPORTS_FAILED: str(finished.error)}
        instance.add_run_tags(run_id, {FINISHED: "true"} | unwritten)
        unpruned = _problem_of(
            lambda: prune_history(settings.logs, settings.dagster_home, instance, settings.keep_runs)
        )
        if unpruned is not None:
            report_progress(f"warning: {unpruned}")
        end = finished
    return end


def finish_in_run(settings: Settings) -> Callable[[InitResourceContext], None]:
    """What a run does last, while it still holds the lock: see `run_lock`."""

    def finish(context: InitResourceContext) -> None:
        assert context.instance is not None and context.run is not None
        finish_once(settings, context.instance, context.run.run_id, PROGRESS_LOG.info)

    return finish


def end_of_run(warehouse: Path, instance: DagsterInstance, run_id: str) -> RunEnd:
    """How the run ended, or is about to end, by the events that it has logged."""
    run = instance.get_run_by_id(run_id)
    if run is not None and run.status in (DagsterRunStatus.CANCELING, DagsterRunStatus.CANCELED):
        return RunEnd("canceled", STOPPED)
    if run is not None and REPORTS_FAILED in run.tags:
        return RunEnd("failed", KuotaError(run.tags[REPORTS_FAILED]))
    entries = instance.all_logs(run_id, of_type=EVENTS)
    events = [entry.dagster_event for entry in entries if entry.dagster_event is not None]
    failures = [event for event in events if event.event_type != DagsterEventType.ASSET_MATERIALIZATION]
    if any(_is_interrupt(event) for event in failures):
        return RunEnd("canceled", STOPPED)
    if failures:
        error = _error_of(failures) or _critical_failure(warehouse, run_id) or _unexpected(failures)
        return RunEnd("blocked" if isinstance(error, CriticalCheckFailed) else "failed", error)
    for event in events:
        if event.asset_key == PUBLISHED:
            metadata = event.step_materialization_data.materialization.metadata
            unchanged = bool(metadata["unchanged"].value)
            return RunEnd("unchanged" if unchanged else "published", publish_id=str(metadata["publish_id"].value))
    return RunEnd("finished")


def finish_sensors(settings: Settings) -> list[SensorDefinition]:
    """For each way in which a run can end, a sensor that finishes it where the run could not do so itself."""
    return [
        _finish_sensor(settings, status)
        for status in (DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED)
    ]


def _finish_sensor(settings: Settings, status: DagsterRunStatus) -> SensorDefinition:
    @run_status_sensor(
        run_status=status,
        name=f"finish_after_{status.value.lower()}",
        description="Writes the reports of a run that could not write them itself, and notifies of its failure.",
        default_status=DefaultSensorStatus.RUNNING,
    )
    def after_run(context: RunStatusSensorContext) -> SkipReason | None:
        run_id = context.dagster_run.run_id
        run = context.instance.get_run_by_id(run_id)
        if run is not None and FINISHED in run.tags:
            return SkipReason("The run has written its reports itself.")
        try:
            # the sensors run in threads of one process, which counts as one holder of the lock
            with _sensor_turn, writer_lock(settings.lock_file):
                finish_once(settings, context.instance, run_id, context.log.info)
        except LockHeld as held:
            context.log.info(f"Another run is writing and will write the reports: {held}")
            return SkipReason(str(held))
        return None

    return after_run


def _error_of(failures: Iterable[DagsterEvent]) -> KuotaError | None:
    """The first error of ours that caused a failure, as the kind that it was raised as."""
    for event in failures:
        error = _error_info(event)
        logging.error("%s: %s", event.step_key or "run", error.to_string() if error else event.message)
        while error is not None and error.cls_name not in KNOWN_ERRORS:
            error = error.cause
        if error is not None and error.cls_name is not None:
            # Dagster keeps the text of the error behind the name of its class
            return KNOWN_ERRORS[error.cls_name](error.message.partition(": ")[2].strip())
    return None


def _critical_failure(warehouse: Path, run_id: str) -> CriticalCheckFailed | None:
    if not warehouse.exists():
        return None
    failed = failed_checks(warehouse, run_id, "critical")
    return CriticalCheckFailed("\n".join(failed)) if failed else None


def _unexpected(failures: Iterable[DagsterEvent]) -> KuotaError:
    places = []
    for event in failures:
        error = _error_info(event)
        while error is not None and (error.cause or error.context):
            error = error.cause or error.context
        message = (error.message if error else event.message or "").strip() or "no message"
        place = f"step {event.step_key}" if event.step_key else "the run"
        if fault := explained(message, place):
            return KuotaError(fault)
        places.append(f"{place}: {message.splitlines()[0]}")
    # the failure of the run repeats that of its step
    steps = [place for place in places if place.startswith("step ")]
    return KuotaError(f"unexpected error in {'; '.join(steps or places)}; see the log")


def _is_interrupt(event: DagsterEvent) -> bool:
    error = _error_info(event)
    while error is not None and error.cls_name not in INTERRUPTS:
        error = error.cause
    return error is not None


def _error_info(event: DagsterEvent) -> SerializableErrorInfo | None:
    if event.event_type == DagsterEventType.STEP_FAILURE:
        return event.step_failure_data.error
    return event.job_failure_data.error
