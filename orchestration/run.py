"""One run of the `refresh` job in this process: preflight, lock, job, quality and reports; then what came of it."""

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

from orchestration.errors import ConfigurationError, CriticalCheckFailed, KuotaError, LockHeld
from orchestration.progress import SAID
from orchestration.settings import PROJECT, Settings
from orchestration.warehouse import writer_lock

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult

RUN_LOG = "dagster_run"
ENDS: dict[str, type[KuotaError]] = {
    kind.__name__: kind for kind in (ConfigurationError, CriticalCheckFailed, LockHeld, KuotaError)
}


@dataclass(frozen=True)
class RunResult:
    """What came of a run. `error` is null where what was asked for is published; its lines say why it is not."""

    run_id: str
    outcome: str
    log_file: Path
    error: KuotaError | None = None
    publish_id: str | None = None


def run_refresh(
    settings: Settings, *, rebuild: bool = False, as_of: date | None = None, tell: Callable[[str], None] = print
) -> RunResult:
    """Run `refresh` and write quality.duckdb, Data Docs and the ops page, whatever came of it; `tell` gets progress.

    As of an earlier day it builds in a warehouse of its own and publishes under published/versions/ alone. Raises
    ConfigurationError and LockHeld before anything is written. What published nothing is told on the channels that
    are set, unless another run is writing or a person asked for an earlier day.
    """
    if as_of is not None:
        return _run(settings, rebuild=rebuild, as_of=as_of, tell=tell)
    try:
        result = _run(settings, rebuild=rebuild, as_of=None, tell=tell)
    except LockHeld:
        raise
    except KuotaError as error:
        _tell_of_failure(settings, None, "failed", error, tell)
        raise
    _tell_of_failure(settings, result.run_id, result.outcome, result.error, tell)
    return result


def _tell_of_failure(
    settings: Settings, run_id: str | None, outcome: str, error: KuotaError | None, tell: Callable[[str], None]
) -> None:
    from orchestration.publish import tell_of_failure

    details = str(error).splitlines() if error else []
    for problem in tell_of_failure(settings, outcome=outcome, run_id=run_id, details=details):
        tell(f"warning: {problem}")


def _run(settings: Settings, *, rebuild: bool, as_of: date | None, tell: Callable[[str], None]) -> RunResult:
    from orchestration.guard import load_suites
    from orchestration.ingest import preflight

    preflight(settings, as_of)
    for room in ("raw", "marts"):
        load_suites(settings.expectations / room)
    with writer_lock(settings):
        run_id = str(uuid.uuid4())
        log_file = _prepare_home(settings, run_id)
        if as_of is None:
            return _run_job(settings, run_id, log_file, rebuild=rebuild, as_of=None, tell=tell)
        scratch = settings.home / "warehouse" / "as_of"
        shutil.rmtree(scratch, ignore_errors=True)
        try:
            past = replace(settings, warehouse=scratch / "kuota.duckdb")
            return _run_job(past, run_id, log_file, rebuild=False, as_of=as_of, tell=tell)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _prepare_home(settings: Settings, run_id: str) -> Path:
    for folder in (settings.dagster_home, settings.logs, settings.warehouse.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(PROJECT / "dagster.yaml", settings.dagster_home / "dagster.yaml")
    return settings.logs / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}-{run_id[:8]}.log"


def _run_job(
    settings: Settings,
    run_id: str,
    log_file: Path,
    *,
    rebuild: bool,
    as_of: date | None,
    tell: Callable[[str], None],
) -> RunResult:
    with _output_to(log_file, tell):
        try:
            error, publish_id = _execute(settings, run_id, rebuild=rebuild, as_of=as_of, tell=tell)
            outcome = _outcome(settings, run_id, error)
            if as_of is None:
                tell("reports: quality.duckdb, Data Docs, ops page")
                _report(settings, run_id, outcome, error)
        except Exception as unexpected:
            logging.exception("The run ended in an unexpected error.")
            described = _first_line(type(unexpected).__name__, str(unexpected))
            raise KuotaError(f"unexpected {described}; the trace is in {log_file}") from unexpected
        return RunResult(run_id, outcome, log_file, error, publish_id)


def _execute(
    settings: Settings, run_id: str, *, rebuild: bool, as_of: date | None, tell: Callable[[str], None]
) -> tuple[KuotaError | None, str | None]:
    """Run the job; the error that ended it, null where it published, and what it published."""
    tell("start: Dagster and dbt")
    from dagster import DagsterInstance, logger

    from orchestration.definitions import build_definitions
    from orchestration.publish.assets import COMMAND_LINE, STARTED_BY

    @logger
    def run_log(_: object) -> logging.Logger:
        return logging.getLogger(RUN_LOG)

    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    try:
        job = build_definitions(
            settings, versions_only=as_of is not None, loggers={"run_log": run_log}
        ).resolve_job_def("refresh")
        with DagsterInstance.get() as instance:
            result = job.execute_in_process(
                run_config={
                    "ops": {
                        "extracts": {"config": {"rebuild": rebuild, "as_of": as_of.isoformat() if as_of else None}},
                        "models": {"config": {"rebuild": rebuild}},
                    },
                    "loggers": {"run_log": {"config": {}}},
                },
                instance=instance,
                run_id=run_id,
                tags={STARTED_BY: COMMAND_LINE},
                raise_on_error=False,
            )
    except KuotaError as error:
        return error, None
    published = [
        event.materialization.metadata
        for event in result.get_asset_materialization_events()
        if event.asset_key is not None and event.asset_key.path == ["published", "marts"]
    ]
    if published:
        return None, str(published[0]["publish_id"].value)
    return _why(settings, run_id, result), None


def _why(settings: Settings, run_id: str, result: "ExecuteInProcessResult") -> KuotaError:
    """The error of the first step that ended in one, by the kind that it was raised as."""
    from orchestration.transform import failed_checks

    broken = []
    for event in result.get_step_failure_events():
        error = event.step_failure_data.error
        logging.error("Step %s: %s", event.step_key, error.to_string() if error else "failed")
        innermost = error
        while error is not None and error.cls_name not in ENDS:
            innermost, error = error, error.cause
        if error is not None and error.cls_name is not None:
            # Dagster hands on the text of the error, behind the name of its class
            return ENDS[error.cls_name](error.message.partition(": ")[2].strip())
        broken.append(f"step {event.step_key}: {innermost.message.strip() if innermost else 'failed'}")
    if failed := failed_checks(settings, run_id, "critical"):
        return CriticalCheckFailed("\n".join(failed))
    return KuotaError(f"unexpected error in {'; '.join(_first_line(*it.split(': ', 1)) for it in broken)}; see the log")


def _first_line(name: str, message: str) -> str:
    return f"{name}: {message.strip().splitlines()[0] if message.strip() else 'no message'}"


def _outcome(settings: Settings, run_id: str, error: KuotaError | None) -> str:
    from orchestration.publish import kept_versions

    if error is None:
        published = any(version["run_id"] == run_id for version in kept_versions(settings))
        return "published" if published else "unchanged"
    return "blocked" if isinstance(error, CriticalCheckFailed) else "failed"


def _report(settings: Settings, run_id: str, outcome: str, error: KuotaError | None) -> None:
    from orchestration.guard import build_data_docs
    from orchestration.publish import publish_quality, write_ops_report

    publish_quality(settings, run_id=run_id, outcome=outcome)
    build_data_docs(settings)
    write_ops_report(settings, run_id=run_id, outcome=outcome, details=str(error).splitlines() if error else [])


class _Tell(logging.Handler):
    """Hands what the rooms say to `tell`; what Dagster and dbt say of themselves stays in the log file."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(f"warning: {record.getMessage()}" if record.levelno >= logging.WARNING else record.getMessage())


@contextlib.contextmanager
def _output_to(log_file: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Everything that is logged or printed goes to the log file, for the length of the block."""
    log_file.touch(mode=0o600)
    to_file = logging.FileHandler(log_file, encoding="utf-8")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    to_console = _Tell(tell)
    loggers = {logging.getLogger(): to_file, SAID: to_console}
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
