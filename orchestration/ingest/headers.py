"""The headers of all files, read before anything is written: what a person must correct stops a run here."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.ingest.batch import portions
from orchestration.ingest.csv_head import csv_head
from orchestration.ingest.file_kind import UnreadableFile
from orchestration.ingest.invisible import trim, visible
from orchestration.ingest.jsonl import first_line_names
from orchestration.ingest.landing import LandedFile
from orchestration.ingest.lines import MAXIMUM_LINE
from orchestration.ingest.parquet import parquet_header
from orchestration.ingest.plain_text import CHUNK
from orchestration.ingest.read_files import read_files, unpacked
from orchestration.ingest.source_config import ObjectConfig, SourceConfig
from orchestration.ingest.workbook import workbook_header
from orchestration.warehouse import scratch_connection


@dataclass(frozen=True)
class FoundHeader:
    """The names of a header, the line in which it begins, and what may be wrong with one that lacks columns."""

    names: Sequence[str] = ()
    line: int = 1
    hint: str = ""


Header = FoundHeader | ConfigurationError


def header_errors(files: Sequence[LandedFile], configs: Mapping[str, SourceConfig]) -> list[ConfigurationError | None]:
    """For each file why it cannot be loaded, None if it can; an empty file and one that is set aside as a whole can."""
    headers: dict[int, Header] = {}
    # of JSON only the beginning is read, together with that of other files
    nested: dict[tuple[str, str], dict[int, LandedFile]] = {}
    with tempfile.TemporaryDirectory() as scratch, scratch_connection(scratch) as connection:
        for number, file in enumerate(files):
            if file.format == "jsonl":
                nested.setdefault((file.source, file.object), {})[number] = file
            else:
                headers[number] = _header(connection, file, configs[file.source], Path(scratch))
        for (source, object_name), alike in nested.items():
            headers |= _json_headers(connection, alike, configs[source], object_name, Path(scratch))
    return [
        _error(file, headers[number], configs[file.source].objects[file.object]) for number, file in enumerate(files)
    ]


def delivered_columns(header: Iterable[str]) -> dict[str, list[int]]:
    """The positions of each name in `header` by its trimmed lower-case form, in which names are matched."""
    positions: dict[str, list[int]] = {}
    for position, name in enumerate(header):
        positions.setdefault(trim(name).lower(), []).append(position)
    return positions


def check_header(file: LandedFile, header: Sequence[str], config: ObjectConfig, line: int = 1, hint: str = "") -> None:
    """Raise ConfigurationError if a column that must be in the file is missing, or a declared one appears twice."""
    found = delivered_columns(header)
    place = f"{file.name}, line {line}"
    missing = [name for name in config.columns if config.must_be_in_file(name) and name not in found]
    if missing:
        names = ", ".join(f"'{' or '.join(_names(name, config.columns[name].header))}'" for name in missing)
        lower = ", or set xlsx.sheet and xlsx.header_row to the place of its header" if file.format == "xlsx" else ""
        raise ConfigurationError(
            f"{place}: required column {names} is missing; the file has {visible(', '.join(header)) or 'none'}. "
            f"Export it with the column, or correct sources/{file.source}.yml{lower}.{hint}"
        )
    twice = [name for name in config.columns if len(found.get(name, [])) > 1]
    if twice and file.format != "jsonl":
        raise ConfigurationError(
            f"{place}: column '{twice[0]}' appears twice; export it once, or rename one of the two."
        )


def _names(name: str, header: Sequence[str]) -> Sequence[str]:
    # one name of the files takes the place of ours; with several, ours is one that files have too
    return header if len(header) == 1 else (name, *header)


def _error(file: LandedFile, header: Header, config: ObjectConfig) -> ConfigurationError | None:
    if isinstance(header, ConfigurationError):
        return header
    try:
        if header.names:
            check_header(file, header.names, config, header.line, header.hint)
    except ConfigurationError as error:
        return error
    return None


def _header(connection: duckdb.DuckDBPyConnection, file: LandedFile, config: SourceConfig, scratch: Path) -> Header:
    found = config.objects[file.object]
    try:
        beginning = unpacked(file, config, scratch / "plain.txt", only_beginning=file.format == "csv")
        if not beginning.size:
            return FoundHeader()
        match file.format:
            case "csv":
                head = csv_head(beginning.path, file.name, found, config.csv.delimiter)
                return FoundHeader(found.named(list(head.names)), head.first_line, head.hint)
            case "parquet":
                return FoundHeader(found.named(parquet_header(connection, beginning.path)))
        names, row = workbook_header(beginning.path, file.name, found)
        return FoundHeader(found.named(names), row)
    except UnreadableFile:
        return FoundHeader()
    except ConfigurationError as error:
        return error


def _json_headers(
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[int, LandedFile],
    config: SourceConfig,
    object_name: str,
    scratch: Path,
) -> dict[int, Header]:
    """The keys of the first object, or of all objects of a file whose first one lacks one that must be in the file."""
    found = config.objects[object_name]
    headers: dict[int, Header] = dict.fromkeys(files, FoundHeader())
    incomplete: dict[int, list[LandedFile]] = {}
    for lines in _first_lines(files, config, scratch):
        for number, names in first_line_names(connection, lines, config, object_name).items():
            header = found.named(names)
            headers[number] = FoundHeader(header)
            if not all(name in header for name in found.columns if found.must_be_in_file(name)):
                incomplete[number] = [files[number]]
    for portion in portions(incomplete):
        alone = {number: file for number, (file,) in portion.items()}
        for delivered in read_files(connection, alone, config, scratch):
            headers |= dict.fromkeys(delivered.files, FoundHeader(delivered.header))
    return headers


def _first_lines(files: Mapping[int, LandedFile], config: SourceConfig, scratch: Path) -> Iterator[dict[int, str]]:
    """The first line of each file that has one, by number; not more at a time than fits into memory."""
    lines: dict[int, str] = {}
    size = 0
    for number, file in files.items():
        try:
            beginning = unpacked(file, config, scratch / "plain.txt", only_beginning=True)
        except UnreadableFile:
            continue
        if not beginning.size:
            continue
        with beginning.path.open(encoding="utf-8-sig", errors="replace") as stream:
            lines[number] = stream.readline(MAXIMUM_LINE)
        size += len(lines[number])
        if size > CHUNK:
            yield lines
            lines, size = {}, 0
    if lines:
        yield lines
