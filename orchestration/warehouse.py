"""The private build file: the lock of its one writer, and how it is opened."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from orchestration.errors import KuotaError, LockHeld
from orchestration.faults import explained_error
from orchestration.limits import memory_limit
from orchestration.tables import BUILT_FROM, CHECK_RESULT, MODEL_BUILD, TABLE_STATE

SHARED_TABLES = (
    "create schema if not exists raw",
    "create schema if not exists quality",
    *(table.create_statement for table in (CHECK_RESULT, MODEL_BUILD, BUILT_FROM, TABLE_STATE)),
    # a warehouse of an earlier version
    "alter table quality.built_from add column if not exists build_tests_passed_at timestamp",
)


@contextmanager
def writer_lock(lock_file: Path) -> Iterator[None]:
    """Hold `kuota.lock` for the length of the block; raises LockHeld where another process has it.

    It is a lock of the operating system, which frees it when the process ends, also after `kill -9`. The process that
    has it may take it again.
    """
    lock_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(lock_file, timeout=0, mode=0o600, thread_local=False, is_singleton=True, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        holder = lock_file.read_text(errors="replace").strip()
        raise LockHeld(
            f"{lock_file}: another run is writing ({holder or 'process unknown'}). Wait until it ends, then run again."
        ) from None
    try:
        lock_file.write_text(f"process {os.getpid()}")
        yield
    finally:
        lock.release()


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """The block is one transaction, of which nothing stays where an error ends it."""
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        # without memory or room on the disk DuckDB may have ended it itself: that error must not take the place of ours
        with suppress(duckdb.Error):
            connection.rollback()
        raise


@contextmanager
def scratch_connection(folder: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a database in memory, within KUOTA_MEMORY_LIMIT; what does not fit is written to `folder`."""
    with duckdb.connect(config={"temp_directory": folder}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set memory_limit = ?", [memory_limit()])
        yield connection


@contextmanager
def connect(warehouse: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the file `warehouse`, closed at the end of the block: an open one blocks the dbt child and GX.

    Raises LockHeld where another process has the file open, KuotaError where the file is damaged.
    Sessions run in UTC, within KUOTA_MEMORY_LIMIT. A connection that may write first makes the schemas and tables that
    all rooms share.
    """
    warehouse.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(warehouse), read_only=read_only)
    except duckdb.Error as error:
        if "Could not set lock" in str(error):
            raise LockHeld(
                f"{warehouse}: another process has the file open ({error}). Wait until it ends, then run again."
            ) from error
        if said := explained_error(error, str(warehouse)):
            raise KuotaError(said) from error
        raise
    try:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set memory_limit = ?", [memory_limit()])
        if not read_only:
            for statement in SHARED_TABLES:
                connection.execute(statement)
        yield connection
    finally:
        connection.close()
