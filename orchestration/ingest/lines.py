"""The lines of a text file as a temporary table, and the temporary table of the rows that could be read."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

import re
from pathlib import Path
from typing import Any

import duckdb

from orchestration.ingest.file_kind import UnreadableFile
from orchestration.ingest.plain_text import NO_DELIMITER

MAXIMUM_LINE = 32 * 1024 * 1024
"""Bytes; a longer line is not a row but a file without line ends."""


def exactly(path: Path) -> str:
    """`path` for a reader of DuckDB, which reads * and ? in a name as a pattern."""
    name = str(path)
    return re.sub(r"[*?[]", r"[\g<0>]", name) if "*" in name or "?" in name else name


def read_lines(connection: duckdb.DuckDBPyConnection, path: Path, skip: int) -> None:
    """Fill the temporary table `lines` (line_number bigint, line text, null if blank), after `skip` lines.

    Raises duckdb.InvalidInputException if a line is not UTF-8, UnreadableFile if one is longer than MAXIMUM_LINE.
    """
    try:
        _read_lines(connection, path, skip)
    except duckdb.InvalidInputException as error:
        if "Maximum line size" not in str(error):
            raise
        place = re.search(r"CSV Error on Line: (\d+)", str(error))
        raise UnreadableFile(
            f"line {place[1] if place else 'of it'} is longer than {MAXIMUM_LINE // 1024**2} MB; "
            "end every row with a line end, and export the file again"
        ) from None


def _read_lines(connection: duckdb.DuckDBPyConnection, path: Path, skip: int) -> None:
    connection.execute(
        "create or replace temp table lines as select row_number() over () + ? as line_number, line "
        "from read_csv(?, auto_detect = false, header = false, skip = ?, delim = ?, quote = '', escape = '', "
        f"columns = {{'line': 'varchar'}}, strict_mode = false, hive_partitioning = false, "
        f"max_line_size = {MAXIMUM_LINE})",
        [skip, exactly(path), skip, NO_DELIMITER],
    )


def deliver(connection: duckdb.DuckDBPyConnection, query: str, parameters: Any = None) -> None:
    """Make the result of `query` the temporary table `delivered` (source_row bigint, f0, f1, … text)."""
    connection.execute(f"create or replace temp table delivered as {query}", parameters)
