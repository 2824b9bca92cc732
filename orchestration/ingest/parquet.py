"""A Parquet file to the rows of read_files: each top column as text, as a person would write it."""

# What is formatted into SQL is our own: f0, f1, …
# ruff: noqa: S608

from pathlib import Path

import duckdb
from duckdb.sqltypes import DuckDBPyType

from orchestration.ingest.file_kind import UnreadableFile
from orchestration.ingest.lines import exactly
from orchestration.ingest.plain_text import too_large
from orchestration.ingest.rows import OpenFile, Rows, refuse_many_columns, rows_alone
from orchestration.limits import unpacked_limit

# Any other error that DuckDB raises while it reads a file means that the file is damaged.
NOT_THE_FILE = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.InterruptException,
    duckdb.OutOfMemoryException,
    duckdb.ParserException,
)
BYTES_OF_A_CELL = 4
NO_HIVE = "hive_partitioning = false"


def parquet_header(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """The names of the columns; raises UnreadableFile where the file is cut off or damaged."""
    return [name for name, _ in _columns(connection, path)]


def read_parquet(connection: duckdb.DuckDBPyConnection, opened: OpenFile) -> Rows:
    """The rows of a file, in a temporary table that the next call replaces.

    The first row is row 2, as under the header of a spreadsheet. Raises UnreadableFile: a file that is cut off has lost
    the table of contents at its end, and with it every row.
    """
    columns = _columns(connection, opened.plain.path)
    refuse_many_columns(len(columns))
    _refuse_bomb(connection, opened.plain.path, len(columns))
    fields = [f"f{position}" for position in range(len(columns))]
    texts = ", ".join(
        f"{_as_written(field, kind)} as {field}" for field, (_, kind) in zip(fields, columns, strict=True)
    )
    try:
        connection.execute(
            "create or replace temp table rows_read as select row_number() over () + 1 as source_row, "
            f"{texts} from read_parquet(?, {NO_HIVE}) as file ({', '.join(fields)})",
            [exactly(opened.plain.path)],
        )
    except NOT_THE_FILE:
        raise
    except duckdb.Error as error:
        raise _unreadable(error) from error
    return Rows([opened], [name for name, _ in columns], rows_alone(opened))


def _refuse_bomb(connection: duckdb.DuckDBPyConnection, path: Path, columns: int) -> None:
    # a value that repeats takes no room in the file
    found = connection.execute("select sum(num_rows) from parquet_file_metadata(?)", [exactly(path)]).fetchone()
    if found and found[0] and found[0] * columns * BYTES_OF_A_CELL > unpacked_limit():
        raise too_large()


def _columns(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[str, DuckDBPyType]]:
    try:
        described = connection.execute(f"from read_parquet(?, {NO_HIVE}) limit 0", [exactly(path)]).description
    except NOT_THE_FILE:
        raise
    except duckdb.Error as error:
        raise _unreadable(error) from error
    return [(column[0], column[1]) for column in described or []]


def _unreadable(error: duckdb.Error) -> UnreadableFile:
    return UnreadableFile(f"the Parquet file is cut off or damaged ({type(error).__name__}); export it again")


def _as_written(field: str, kind: DuckDBPyType) -> str:
    """SQL for the text of a value: ISO dates, whole numbers without a fraction, JSON for what is nested."""
    match kind.id:
        case "double" | "float":
            whole = f"{field} = trunc({field}) and abs({field}) < 1e15"
            return f"case when {whole} then {field}::bigint::varchar else {field}::varchar end"
        case "timestamp" | "timestamp_s" | "timestamp_ms" | "timestamp_ns":
            # pandas has no dates, only midnights
            iso = f"replace({field}::varchar, ' ', 'T')"
            midnight = f"{field}::time = time '00:00'"
            return (
                f"case when not isfinite({field}) then {field}::varchar "
                f"when {midnight} then {field}::date::varchar else {iso} end"
            )
        case "timestamp with time zone":
            iso = f"replace(timezone('UTC', {field})::varchar, ' ', 'T') || 'Z'"
            return f"case when not isfinite({field}) then {field}::varchar else {iso} end"
        case "list" | "array" | "struct" | "map" | "union" | "variant":
            return f"to_json({field})::varchar"
    return f"{field}::varchar"
