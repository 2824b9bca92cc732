"""One delivered file to two temporary tables: the rows as delivered, by position, and the rows that cannot be read.

`delivered`: source_row bigint, f0, f1, … text, one per name of the header.
`rejected`: source_row bigint, reason, value, explanation, row_text, all text but the first.
"""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.ingest.csv_file import csv_header, read_csv
from orchestration.ingest.file_kind import UnreadableFile, check_compressed, check_kind
from orchestration.ingest.jsonl import first_line_header, read_jsonl
from orchestration.ingest.landing import LandedFile
from orchestration.ingest.lines import deliver
from orchestration.ingest.parquet import parquet_header, read_parquet
from orchestration.ingest.plain_text import PlainText, plain_text
from orchestration.ingest.source_config import ObjectConfig, SourceConfig
from orchestration.ingest.workbook import read_workbook, workbook_header

UNREADABLE_FILE = "unreadable_file"


@dataclass(frozen=True)
class FileRead:
    """What a file contains. `header` has the names in the order of f0, f1, …"""

    header: list[str]
    is_empty: bool
    """It has no row, good or bad."""
    is_cut: bool
    """The file is cut off: a compressed one before its end, or in the middle of a row."""
    lacks_last_line_end: bool
    has_nothing_to_unnest: bool = False
    """It has lines, but none with what the object unnests."""


def read_file(connection: duckdb.DuckDBPyConnection, file: LandedFile, config: SourceConfig, scratch: Path) -> FileRead:
    """Fill the temporary tables `delivered` and `rejected` from `file`; `scratch` is a folder for copies.

    Every row that is not blank ends up in exactly one of the two; a file that cannot be read at all is one row of
    `rejected`. Raises ConfigurationError if the header is unusable or the declared sheet is missing.
    """
    connection.execute(
        "create or replace temp table rejected "
        "(source_row bigint, reason varchar, value varchar, explanation varchar, row_text varchar)"
    )
    try:
        plain = _unpacked(file, config, scratch)
        header = config.objects[file.object].named(_read(connection, file, plain, config, scratch))
    except UnreadableFile as reason:
        return _set_whole_file_aside(connection, str(reason))
    counted = connection.execute(
        "select (select count(*) from delivered), count(*), count(*) filter (reason = 'cut_off') from rejected"
    ).fetchone()
    assert counted is not None
    delivered, rejected, cut_off = counted
    is_text = file.format in ("csv", "jsonl")
    unnests = file.format == "jsonl" and config.objects[file.object].unnest is not None
    has_nothing_to_unnest = unnests and delivered + rejected == 0 and _has_lines(connection)
    return FileRead(
        header=header,
        is_empty=delivered + rejected == 0 and not has_nothing_to_unnest,
        is_cut=plain.is_cut or cut_off > 0,
        lacks_last_line_end=is_text and plain.size > 0 and not plain.ends_with_line_end,
        has_nothing_to_unnest=has_nothing_to_unnest,
    )


def read_header(connection: duckdb.DuckDBPyConnection, file: LandedFile, config: SourceConfig) -> list[str]:
    """The names of the file's columns, without its rows; none if it is empty or cannot be read at all.

    `connection` is one without a database, for temporary tables.

    Raises ConfigurationError if the header is unusable or the declared sheet is missing. For JSONL these are the keys
    of the first object, or of all objects if the first lacks one that must be in the file.
    """
    found = config.objects[file.object]
    with tempfile.TemporaryDirectory() as scratch:
        try:
            beginning = _unpacked(file, config, Path(scratch), only_beginning=file.format in ("csv", "jsonl"))
            if not beginning.size:
                return []
            match file.format:
                case "csv":
                    return found.named(csv_header(beginning.path, file.name, config.csv.delimiter)[0])
                case "parquet":
                    return found.named(parquet_header(connection, beginning.path))
                case "xlsx":
                    return found.named(workbook_header(beginning.path, file.name, found.xlsx))
        except UnreadableFile:
            return []
        header = found.named(first_line_header(connection, beginning.path, config, file.object))
        if all(name in header for name in found.columns if found.must_be_in_file(name)):
            return header
        # The first object may lack a key that others have, so all of them are read.
        return read_file(connection, file, config, Path(scratch)).header


def delivered_columns(header: Iterable[str]) -> dict[str, list[int]]:
    """The positions of each name in `header` by its trimmed lower-case form, in which names are matched."""
    positions: dict[str, list[int]] = {}
    for position, name in enumerate(header):
        positions.setdefault(name.strip().lower(), []).append(position)
    return positions


def check_header(file: LandedFile, header: list[str], config: ObjectConfig) -> None:
    """Raise ConfigurationError if a column that must be in the file is missing, or a declared one appears twice."""
    found = delivered_columns(header)
    place = f"{file.name}, line {config.xlsx.header_row if file.format == 'xlsx' else 1}"
    missing = [name for name in config.columns if config.must_be_in_file(name) and name not in found]
    if missing:
        names = ", ".join(f"'{' or '.join(config.columns[name].header or (name,))}'" for name in missing)
        lower = ", or set xlsx.sheet and xlsx.header_row to the place of its header" if file.format == "xlsx" else ""
        raise ConfigurationError(
            f"{place}: required column {names} is missing; the file has {', '.join(header) or 'none'}. "
            f"Export it with the column, or correct sources/{file.source}.yml{lower}."
        )
    twice = [name for name in config.columns if len(found.get(name, [])) > 1]
    if twice and file.format != "jsonl":
        raise ConfigurationError(
            f"{place}: column '{twice[0]}' appears twice; export it once, or rename one of the two."
        )


def check_file_header(connection: duckdb.DuckDBPyConnection, file: LandedFile, config: SourceConfig) -> None:
    """Raise ConfigurationError if `file` cannot be loaded because a column is missing; an empty file passes."""
    if header := read_header(connection, file, config):
        check_header(file, header, config.objects[file.object])


def _unpacked(file: LandedFile, config: SourceConfig, scratch: Path, *, only_beginning: bool = False) -> PlainText:
    if file.is_compressed:
        check_compressed(file.path)
    plain = plain_text(file, config.csv, scratch, only_beginning=only_beginning)
    check_kind(plain.path if file.is_compressed else file.path, file.format)
    return plain


def _read(
    connection: duckdb.DuckDBPyConnection, file: LandedFile, plain: PlainText, config: SourceConfig, scratch: Path
) -> list[str]:
    match file.format:
        case "csv":
            return read_csv(connection, plain, file.name, config.csv.delimiter, scratch)
        case "jsonl":
            return read_jsonl(connection, plain, config, file.object, scratch)
    if not plain.size:
        return _deliver_nothing(connection)
    if file.format == "parquet":
        return read_parquet(connection, plain.path)
    return read_workbook(connection, plain.path, file.name, config.objects[file.object].xlsx)


def _has_lines(connection: duckdb.DuckDBPyConnection) -> bool:
    return connection.execute("select 1 from lines where trim(line) != '' limit 1").fetchone() is not None


def _deliver_nothing(connection: duckdb.DuckDBPyConnection) -> list[str]:
    deliver(connection, "select 0::bigint as source_row where false")
    return []


def _set_whole_file_aside(connection: duckdb.DuckDBPyConnection, reason: str) -> FileRead:
    _deliver_nothing(connection)
    connection.execute("delete from rejected")
    connection.execute("insert into rejected values (1, ?, null, ?, null)", [UNREADABLE_FILE, reason])
    return FileRead(header=[], is_empty=False, is_cut=False, lacks_last_line_end=False)
