"""Whether a run can work in its home, asked before it begins: folders, the warehouse file, and the clock."""

import os
import resource
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.errors import ConfigurationError, KuotaError, LockHeld
from orchestration.faults import explained_error, fault_of
from orchestration.limits import memory_limit_bytes
from orchestration.settings import Settings
from orchestration.warehouse import connect

# what a disk must have left for a run to begin: a small company needs some ten times as much
TRIAL_BYTES = 1024 * 1024
MEMORY_OF_PROCESS = 1_500_000_000
"""Of addresses, which a ulimit counts: Python, its libraries and their threads."""
DAMAGED = ".damaged"
RECORDS_OF_TIMES = (("check_result", "checked_at"), ("model_build", "built_at"), ("table_state", "changed_at"))


def refuse_unwritable_folders(settings: Settings) -> None:
    """Raise ConfigurationError if a folder that a run writes to cannot be written, or its disk is full."""
    folders = (
        *(settings.home, settings.warehouse.parent, settings.published, settings.versions, settings.reports),
        *(settings.logs, settings.dagster_home),
    )
    for folder in folders:
        if not folder.exists():
            continue
        trial = folder / f".new-{os.getpid()}-trial"
        try:
            trial.write_bytes(bytes(TRIAL_BYTES))
        except OSError as error:
            raise ConfigurationError(explained_error(error, str(folder)) or f"{folder}: {error}.") from error
        finally:
            with suppress(OSError):
                trial.unlink(missing_ok=True)


def refuse_little_memory() -> None:
    """Raise ConfigurationError if the process may not have the memory that DuckDB may use, and what else it needs.

    A library that gets none ends the process without a word.
    """
    allowed, _ = resource.getrlimit(resource.RLIMIT_AS)
    needed = memory_limit_bytes() + MEMORY_OF_PROCESS
    if allowed != resource.RLIM_INFINITY and allowed < needed:
        raise ConfigurationError(
            f"memory: a process may use at most {allowed / 1e9:.1f} GB (ulimit -v), but KUOTA_MEMORY_LIMIT and what "
            f"else a run needs add up to {needed / 1e9:.1f} GB. Raise the ulimit or lower "
            "KUOTA_MEMORY_LIMIT, then run again."
        )


def refuse_unusable_warehouse(warehouse: Path, *, rebuild: bool) -> list[str]:
    """Raise KuotaError if the warehouse is damaged or has records of the future; a rebuild corrects both.

    It then puts a damaged file aside, and forgets the records; the lines that are returned say so. A rebuild reads
    every table to find damage, another run only opens the file. The caller holds the lock.
    """
    if not warehouse.exists():
        return []
    try:
        with connect(warehouse) as connection:
            if rebuild:
                _read_everything(connection)
                return _forget_the_future(connection)
            if problem := clock_problem(connection):
                raise ConfigurationError(problem)
    except LockHeld:
        raise
    except (duckdb.Error, KuotaError) as error:
        if isinstance(error, ConfigurationError):
            raise
        if fault_of(str(error)) is None or not rebuild:
            raise KuotaError(explained_error(error, str(warehouse)) or str(error)) from error
        for path in (warehouse, warehouse.with_name(f"{warehouse.name}.wal")):
            if path.exists():
                path.replace(path.with_name(f"{path.name}{DAMAGED}"))
        return [f"{warehouse}: the file is damaged; it is kept as {warehouse.name}{DAMAGED}, and a new one is made."]
    return []


def _read_everything(connection: duckdb.DuckDBPyConnection) -> None:
    """Raise duckdb.Error if a block of a table is damaged."""
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
    ).fetchall()
    for schema, table in tables:
        connection.table(f'"{schema}"."{table}"').aggregate("max(hash(columns(*)))").fetchall()


def clock_problem(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Why the clock cannot be right: the warehouse has records of a later time. None if it has none.

    Which check result is the newest, and whether it is newer than the table, is decided by these times.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    times = [connection.table(f"quality.{table}").max(column).fetchone() for table, column in RECORDS_OF_TIMES]
    newest = max((found[0] for found in times if found and found[0]), default=now)
    if newest <= now:
        return None
    return (
        f"the clock says {now:%Y-%m-%d %H:%M:%S} UTC, but the warehouse has records of {newest:%Y-%m-%d %H:%M:%S} "
        "UTC: the clock was set back. Set it right and run again; if it is right now and was wrong then, run "
        "`kuota run --rebuild`."
    )


def _forget_the_future(connection: duckdb.DuckDBPyConnection) -> list[str]:
    problem = clock_problem(connection)
    if problem is None:
        return []
    now = datetime.now(UTC).replace(tzinfo=None)
    for table, column in RECORDS_OF_TIMES:
        connection.execute(f"delete from quality.{table} where {column} > ?", [now])  # noqa: S608
    return [f"{problem.partition(': the clock')[0]}: these records are deleted."]
