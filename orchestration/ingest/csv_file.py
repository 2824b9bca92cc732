"""A CSV to the tables of read_file: by DuckDB's strict reader, or line by line if a row is damaged."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

import csv
from pathlib import Path

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.ingest.damaged_csv import read_damaged_csv
from orchestration.ingest.lines import MAXIMUM_LINE, deliver, exactly
from orchestration.ingest.plain_text import PlainText


def csv_header(path: Path, name: str, delimiter: str) -> tuple[list[str], int]:
    """The names in the first line that is not blank, and how many lines they end after; no names in an empty file.

    `path` is plain UTF-8 text. Raises ConfigurationError with the file's `name` if it is not a header.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        try:
            for fields in reader:
                if any(field.strip() for field in fields):
                    return [field.strip() for field in fields], reader.line_num
        except csv.Error as error:
            raise ConfigurationError(
                f"{name}, line 1: the header cannot be read ({error}); write the column names separated by "
                f"'{delimiter}', and check for a quotation mark that is never closed."
            ) from None
    return [], 0


def read_csv(
    connection: duckdb.DuckDBPyConnection, plain: PlainText, name: str, delimiter: str, scratch: Path
) -> list[str]:
    """Fill `delivered` and `rejected`, which exists, from `plain`; returns the names in the order of f0, f1, …

    Raises ConfigurationError with the file's `name` for an unusable header, UnreadableFile for a line without end.
    """
    header, header_lines = csv_header(plain.path, name, delimiter)
    if not header:
        deliver(connection, "select 0::bigint as source_row where false")
    elif plain.is_suspect or not _strictly_read(connection, plain.path, header, header_lines, delimiter):
        read_damaged_csv(connection, plain, len(header), header_lines, delimiter, scratch)
    return header


def _strictly_read(
    connection: duckdb.DuckDBPyConnection, path: Path, header: list[str], header_lines: int, delimiter: str
) -> bool:
    columns = ", ".join(f"'f{position}': 'varchar'" for position in range(len(header)))
    # In a file of one column a blank line is a row of its own for DuckDB.
    not_blank = "where trim(f0, ' ' || chr(9)) != ''" if len(header) == 1 else ""
    try:
        deliver(
            connection,
            "select row_number() over () + 1 as source_row, * from read_csv(?, auto_detect = false, header = false, "
            f"skip = ?, delim = ?, quote = '\"', escape = '\"', columns = {{{columns}}}, null_padding = false, "
            f"hive_partitioning = false, strict_mode = true, max_line_size = {MAXIMUM_LINE}) {not_blank}",
            [exactly(path), header_lines, delimiter],
        )
    except duckdb.InvalidInputException:
        return False  # a row is damaged: the slow way finds which
    return True
