"""One delivered file to two temporary tables: the rows as delivered, by position, and the rows that cannot be read.

`delivered`: source_row bigint, f0, f1, … text, one for each name of the header.
`rejected`: source_row bigint, reason, value, explanation, row_text, all text but the first.
"""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

import csv
import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.ingest.damaged_csv import read_damaged_csv
from orchestration.ingest.jsonl import read_jsonl
from orchestration.ingest.landing import LandedFile
from orchestration.ingest.lines import MAXIMUM_LINE, deliver
from orchestration.ingest.plain_text import PlainText, plain_text
from orchestration.ingest.source_config import CsvFormat, ObjectConfig, SourceConfig


@dataclass(frozen=True)
class FileRead:
    """What a file turned out to be. `header` has the names in the order of f0, f1, …"""

    header: list[str]
    is_empty: bool
    """Not one row, good or bad."""
    is_cut: bool
    """The file breaks off: a compressed one before its end, or a row in its middle."""
    lacks_last_line_end: bool


def read_file(
    connection: duckdb.DuckDBPyConnection, file: LandedFile, csv_format: CsvFormat, scratch: Path
) -> FileRead:
    """Fill the temporary tables `delivered` and `rejected` from `file`; `scratch` is a folder for copies.

    Every row that is not blank ends in exactly one of the two. Raises ConfigurationError where the header is unusable.
    """
    connection.execute(
        "create or replace temp table rejected "
        "(source_row bigint, reason varchar, value varchar, explanation varchar, row_text varchar)"
    )
    plain = plain_text(file, csv_format, scratch)
    if file.format == "jsonl":
        header = read_jsonl(connection, plain, scratch)
    else:
        header = _read_csv(connection, file, plain, csv_format, scratch)
    counted = connection.execute(
        "select (select count(*) from delivered), count(*), count(*) filter (reason = 'cut_off') from rejected"
    ).fetchone()
    assert counted is not None
    delivered, rejected, cut_off = counted
    return FileRead(
        header=header,
        is_empty=delivered + rejected == 0,
        is_cut=plain.is_cut or cut_off > 0,
        lacks_last_line_end=plain.size > 0 and not plain.ends_with_line_end,
    )


def delivered_columns(header: Iterable[str]) -> dict[str, list[int]]:
    """The positions of each name in `header` by its trimmed lower-case form, in which names are matched."""
    positions: dict[str, list[int]] = {}
    for position, name in enumerate(header):
        positions.setdefault(name.strip().lower(), []).append(position)
    return positions


def check_header(file: LandedFile, header: list[str], config: ObjectConfig) -> None:
    """Raise ConfigurationError where a column that must be in the file is not, or a declared one stands twice."""
    found = delivered_columns(header)
    missing = [name for name in config.columns if config.must_be_in_file(name) and name not in found]
    if missing:
        names = ", ".join(f"'{name}'" for name in missing)
        raise ConfigurationError(
            f"{file.name}, line 1: required column {names} is missing; the file has {', '.join(header) or 'none'}. "
            f"Export it with the column, or correct sources/{file.source}.yml."
        )
    twice = [name for name in config.columns if len(found.get(name, [])) > 1]
    if twice and file.format == "csv":
        raise ConfigurationError(
            f"{file.name}, line 1: column '{twice[0]}' stands twice; export it once, or rename one of the two."
        )


def csv_header(path: Path, name: str, delimiter: str) -> tuple[list[str], int]:
    """The names in the first line that is not blank, and how many lines they end after; no names in an empty file.

    `path` is plain UTF-8 text. Raises ConfigurationError with the file's `name` where it is no header.
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
                f"'{delimiter}', and look for a quotation mark that is never closed."
            ) from None
    return [], 0


def _read_csv(
    connection: duckdb.DuckDBPyConnection, file: LandedFile, plain: PlainText, csv_format: CsvFormat, scratch: Path
) -> list[str]:
    delimiter = csv_format.delimiter
    header, header_lines = csv_header(plain.path, file.name, delimiter)
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
            f"strict_mode = true, max_line_size = {MAXIMUM_LINE}) {not_blank}",
            [str(path), header_lines, delimiter],
        )
    except duckdb.InvalidInputException:
        return False  # a row of this file is damaged: the slow way tells which
    return True


def check_file_header(file: LandedFile, config: SourceConfig) -> None:
    """Raise ConfigurationError where `file` cannot be loaded for want of a column; an empty file passes."""
    with tempfile.TemporaryDirectory() as scratch:
        beginning = plain_text(file, config.csv, Path(scratch), only_beginning=True)
        if file.format == "csv":
            header, _ = csv_header(beginning.path, file.name, config.csv.delimiter)
        else:
            header = _keys_of_first_line(beginning.path)
    found = config.objects[file.object]
    if file.format == "jsonl" and any(found.must_be_in_file(name) and name not in header for name in found.columns):
        # The first object may leave out what others have, so all of them have to be asked.
        with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as connection:
            header = read_file(connection, file, config.csv, Path(scratch)).header
    if header:
        check_header(file, header, found)


def _keys_of_first_line(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        try:
            first = json.loads(stream.readline(MAXIMUM_LINE))
        except (ValueError, RecursionError):
            return []
    return list(first) if isinstance(first, dict) else []
