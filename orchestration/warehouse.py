"""The private build file: who may write it, how it is opened, and the table of check results that the rooms share."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.errors import LockHeld
from orchestration.settings import Settings

_locks_of_this_process: dict[Path, int] = {}


@contextmanager
def writer_lock(settings: Settings) -> Iterator[None]:
    """Hold `kuota.lock` for the length of the block; raises LockHeld where another process has it.

    The operating system drops the lock with the process, also after `kill -9`. A process that has it may take it again.
    """
    path = settings.lock_file
    if path in _locks_of_this_process:
        _locks_of_this_process[path] += 1
        try:
            yield
        finally:
            _locks_of_this_process[path] -= 1
        return
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 100).decode(errors="replace").strip()
            raise LockHeld(
                f"{path}: another run is writing ({holder or 'process unknown'}). Wait until it ends, then run again."
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"process {os.getpid()}".encode())
        _locks_of_this_process[path] = 1
        try:
            yield
        finally:
            del _locks_of_this_process[path]
    finally:
        os.close(descriptor)


@contextmanager
def connect(settings: Settings, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the warehouse, closed at the end of the block: an open one blocks the dbt child and GX.

    Raises LockHeld where another process has the file open.
    Sessions run in UTC. The schemas `raw` and `quality` and `quality.check_result` exist once a writer has been here.
    """
    settings.warehouse.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(settings.warehouse), read_only=read_only)
    except duckdb.IOException as error:
        if "Could not set lock" not in str(error):
            raise
        raise LockHeld(
            f"{settings.warehouse}: another process has the file open ({error}). Wait until it ends, then run again."
        ) from error
    try:
        connection.execute("set TimeZone = 'UTC'")
        if not read_only:
            connection.execute(SHARED_TABLES)
        yield connection
    finally:
        connection.close()


SHARED_TABLES = """
create schema if not exists raw;
create schema if not exists quality;
create table if not exists quality.check_result (
    run_id varchar,           -- the run of the command line or of Dagster
    checked_at timestamp,     -- UTC, when the check began
    room varchar,             -- raw, transform or marts: where the checked table stands
    target varchar,           -- schema.table that was checked
    check_name varchar,
    severity varchar,         -- critical or warning
    status varchar,           -- passed, failed or errored
    observed varchar,
    unexpected_count bigint,
    element_count bigint,
    sample_keys varchar,      -- JSON list of up to five rows that failed
    owner varchar,            -- whom to ask
    fix varchar               -- what to do
);
create table if not exists quality.model_build (
    run_id varchar,
    target varchar,           -- schema.table that was built
    built_at timestamp        -- UTC, when the build of it ended
);
create table if not exists quality.built_from (
    project_fingerprint varchar,     -- what everything was last built from; no row in between
    build_tests_passed_at timestamp  -- UTC, when all data tests tagged `build` last passed on it
);
alter table quality.built_from add column if not exists build_tests_passed_at timestamp;
"""
