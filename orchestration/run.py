"""One run of the `refresh` job from the command line: preflight, lock, job; then how it ended."""

import contextlib
import logging
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import KuotaError, LockHeld
from orchestration.faults import unexpected
from orchestration.home_check import refuse_little_memory, refuse_unusable_warehouse, refuse_unwritable_folders
from orchestration.no_pandas import without_pandas
from orchestration.nothing_new import inputs_of, nothing_new, remember
from orchestration.progress import PROGRESS_LOG
from orchestration.settings import PROJECT, Settings
from orchestration.warehouse import writer_lock

if TYPE_CHECKING:
    from orchestration.finish_run import RunEnd

RUN_LOG = "dagster_run"
NO_CAPTURE = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}


@dataclass(frozen=True)
class RunResult:
    """How a run ended. `error` is None if what was asked for is published; otherwise its lines say why not.

    A run that had nothing to do has no id and no log file.
    """

    run_id: str | None
    outcome: str
    log_file: Path | None
    error: KuotaError | None = None
    publish_id: str | None = None


def run_refresh(
    settings: Settings, *, rebuild: bool = False, as_of: date | None = None, report: Callable[[str], None] = print
) -> RunResult:
    """Run `refresh`, which writes its reports whatever its outcome; `report` gets progress messages.

    Where nothing is new it does nothing but write the ops page, whose extracts have grown older.
    As of an earlier day it builds in a warehouse of its own, publishes under published/versions/ only, and writes no
    reports. Raises ConfigurationError and LockHeld before anything is written. A run that could not begin is reported
    on the channels that are set, unless another run is writing or a person asked for an earlier day.
    """
    try:
        return _run(settings, rebuild=rebuild, as_of=as_of, report=report)
    except LockHeld:
        raise
    except KuotaError as error:
        if as_of is None:
            _notify_failure(settings, error, report)
        raise
    except Exception as error:
        # such as a disk that is full or a folder that may not be written before there is a log
        described = unexpected(error, str(getattr(error, "filename", None) or settings.home))
        if as_of is None:
            _notify_failure(settings, described, report)
        raise described from error


def _notify_failure(settings: Settings, error: KuotaError, report: Callable[[str], None]) -> None:
    from orchestration.publish import notify_failure

    for problem in notify_failure(settings, outcome="failed", run_id=None, details=str(error).splitlines()):
        report(f"warning: {problem}")


def _run(settings: Settings, *, rebuild: bool, as_of: date | None, report: Callable[[str], None]) -> RunResult:
    inputs = inputs_of(settings)
    if as_of is None and not rebuild and nothing_new(settings, inputs):
        return _nothing_to_do(settings)
    from orchestration.ingest import preflight

    with without_pandas():
        preflight(settings, as_of)
    # imported here: what a person must correct in the landing folder is said before Dagster is imported
    from orchestration.guard import load_suites

    for room in ("raw", "marts"):
        load_suites(settings.expectations / room)
    with writer_lock(settings.lock_file):
        refuse_unwritable_folders(settings)
        refuse_little_memory()
        if as_of is None:
            for line in refuse_unusable_warehouse(settings.warehouse, rebuild=rebuild):
                report(f"warning: {line}")
        run_id = str(uuid.uuid4())
        log_file = _prepare_home(settings, run_id)
        if as_of is None:
            result = _run_job(settings, run_id, log_file, rebuild=rebuild, as_of=None, report=report)
            if result.outcome in ("published", "unchanged"):
                remember(settings, inputs)
            return result
        scratch = settings.home / "warehouse" / "as_of"
        shutil.rmtree(scratch, ignore_errors=True)
        try:
            past = replace(settings, warehouse=scratch / "kuota.duckdb")
            return _run_job(past, run_id, log_file, rebuild=False, as_of=as_of, report=report)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _nothing_to_do(settings: Settings) -> RunResult:
    from orchestration.publish import write_ops_report
    from orchestration.publish.quality import last_run_id

    with writer_lock(settings.lock_file), without_pandas():
        run_id = last_run_id(settings.published)
        write_ops_report(settings.published, settings.reports, run_id=run_id, outcome="unchanged")
    return RunResult(None, "unchanged", None)


def _prepare_home(settings: Settings, run_id: str) -> Path:
    for folder in (settings.dagster_home, settings.logs, settings.warehouse.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(PROJECT / "deploy" / "dagster.yaml", settings.dagster_home / "dagster.yaml")
    return settings.logs / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}-{run_id[:8]}.log"


def _run_job(
    settings: Settings,
    run_id: str,
    log_file: Path,
    *,
    rebuild: bool,
    as_of: date | None,
    report: Callable[[str], None],
) -> RunResult:
    with _output_to(log_file, report):
        try:
            end = _execute(settings, run_id, rebuild=rebuild, as_of=as_of)
        except Exception as error:
            logging.exception("The run ended in an unexpected error.")
            if isinstance(error, KuotaError):
                raise
            raise KuotaError(f"{unexpected(error)} The trace is in {log_file}.") from error
        return RunResult(run_id, end.outcome, log_file, end.error, end.publish_id)


def _execute(settings: Settings, run_id: str, *, rebuild: bool, as_of: date | None) -> "RunEnd":
    """Run the job in this process. It finishes itself; a run that could not be started is finished here."""
    PROGRESS_LOG.info("start: Dagster and dbt")
    from dagster import DagsterInstance, logger
    from dagster._core.instance.ref import InstanceRef

    from orchestration.code_location import runs_of_the_location
    from orchestration.definitions import build_definitions
    from orchestration.event_log import event_log_kept_open
    from orchestration.finish_run import FINISHED, RunEnd, end_of_run, finish_once, finish_run

    @logger
    def run_log(_: object) -> logging.Logger:
        return logging.getLogger(RUN_LOG)

    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    try:
        definitions = build_definitions(settings, versions_only=as_of is not None, loggers={"run_log": run_log})
        job = definitions.resolve_job_def("refresh")
    except KuotaError as error:
        end = RunEnd("failed", error)
        if as_of is None:
            problems, end = finish_run(settings, run_id, end)
            for problem in problems:
                PROGRESS_LOG.warning(problem)
        return end
    # the output of the steps is in the log of the run; capturing it would start two processes that Ctrl-C breaks off
    home = InstanceRef.from_dir(str(settings.dagster_home), overrides={"compute_logs": NO_CAPTURE})
    with (
        DagsterInstance.from_ref(home) as instance,
        event_log_kept_open(instance),
        runs_of_the_location(instance, definitions, job.name),
    ):
        job.execute_in_process(
            run_config={
                "ops": {
                    "extracts": {"config": {"rebuild": rebuild, "as_of": as_of.isoformat() if as_of else None}},
                    "models": {"config": {"rebuild": rebuild}},
                },
                "loggers": {"run_log": {"config": {}}},
            },
            instance=instance,
            run_id=run_id,
            # nobody reads reports of the past
            tags={FINISHED: "true"} if as_of else None,
            raise_on_error=False,
        )
        if as_of is not None:
            return end_of_run(settings.warehouse, instance, run_id)
        return finish_once(settings, instance, run_id, PROGRESS_LOG.info)


class _ProgressHandler(logging.Handler):
    """Passes the progress messages of the rooms to `report`; those of Dagster and dbt stay in the log file."""

    def __init__(self, report: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        self._report(f"warning: {record.getMessage()}" if record.levelno >= logging.WARNING else record.getMessage())


class _LogFile(logging.FileHandler):
    """Where the disk is full there is no log; the error that ends the run says so, and not a trace for each line."""

    def handleError(self, record: logging.LogRecord) -> None:
        return


@contextlib.contextmanager
def _output_to(log_file: Path, report: Callable[[str], None]) -> Iterator[None]:
    """Everything that is logged or printed in the block goes to the log file."""
    log_file.touch(mode=0o600)
    to_file = _LogFile(log_file, encoding="utf-8")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    to_console = _ProgressHandler(report)
    loggers = {logging.getLogger(): to_file, PROGRESS_LOG: to_console}
    for logger, handler in loggers.items():
        logger.addHandler(handler)
    logging.getLogger(RUN_LOG).setLevel(logging.DEBUG)
    try:
        with log_file.open("a", encoding="utf-8") as printed, contextlib.redirect_stdout(printed):
            yield
    finally:
        for logger, handler in loggers.items():
            logger.removeHandler(handler)
        to_file.close()
