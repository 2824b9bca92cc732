"""Dagster's event log in SQLite, with each of its files opened once instead of once per event."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from dagster import DagsterInstance
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool


@contextmanager
def event_log_kept_open(instance: DagsterInstance) -> Iterator[None]:
    """In the block, the events of `instance` are written over one connection per file.

    A run writes hundreds of events, and for each Dagster opens and closes a file or two: about a seventh of the run of
    a small company. An event log elsewhere, such as in Postgres, stays as it is.
    """
    log = instance.event_log_storage
    if not isinstance(log, SqliteEventLogStorage):
        yield
        return
    connections: dict[str, Connection] = {}

    @contextmanager
    def connect(shard: str) -> Iterator[Connection]:
        if shard not in connections:
            # Dagster makes the file and its tables
            with opened_by_dagster(shard):
                pass
            engine = create_engine(
                log.conn_string_for_shard(shard),
                poolclass=NullPool,
                # as Dagster does; the lock keeps the threads apart
                connect_args={"timeout": 60, "check_same_thread": False},
            )
            connections[shard] = closing.enter_context(engine.connect())
            # a crash of the process loses nothing; only one of the machine may lose the last events
            connections[shard].exec_driver_sql("pragma synchronous = normal")
            connections[shard].rollback()
        with log._db_lock, connections[shard].begin():
            yield connections[shard]

    opened_by_dagster = log._connect
    with ExitStack() as closing:
        # of this instance alone: its class stays as it is
        vars(log)["_connect"] = connect
        try:
            yield
        finally:
            del vars(log)["_connect"]
