"""The SQLAlchemy dialect `duckdb+buffered`, with which Great Expectations queries DuckDB, read-only.

Great Expectations reads results after it has given the connection back, where DuckDB has already dropped them; here
the rows of a result are fetched at once. It also creates engines that cannot be reached later, so the connections are
kept in our own list: DuckDB refuses a writer in this process while one of them is open.
"""

from typing import Any

import duckdb
from duckdb_engine import ConnectionWrapper, Dialect
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from orchestration.limits import memory_limit

NAME = "duckdb+buffered"

_open_connections: list[ConnectionWrapper] = []


class BufferedDialect(Dialect):
    """duckdb-engine's dialect with fully fetched results; `connect_args` must hold `database`, the path of the file."""

    supports_statement_cache = False

    def connect(self, *arguments: Any, **parameters: Any) -> Any:
        """A new read-only connection, with the options of `warehouse.connect`: DuckDB requires the same."""
        connection = duckdb.connect(parameters["database"], read_only=True)
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set memory_limit = ?", [memory_limit()])
        wrapper = ConnectionWrapper(connection)
        _open_connections.append(wrapper)
        return wrapper

    def do_execute(self, cursor: Any, statement: Any, parameters: Any, context: Any = None) -> None:
        """Run the statement and fetch all of its rows while the connection is open."""
        cursor.execute(statement, parameters)
        if context is not None and cursor.description:
            context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(cursor, initial_buffer=cursor.fetchall())


def register() -> None:
    """Make the name `duckdb+buffered` known to SQLAlchemy."""
    registry.register(NAME.replace("+", "."), __name__, BufferedDialect.__name__)


def close_connections() -> None:
    """Close every connection that the dialect has opened in this process, so that a writer may open the file."""
    while _open_connections:
        _open_connections.pop().close()
