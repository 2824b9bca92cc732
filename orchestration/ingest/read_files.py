"""The files of a batch to rows by position: those of one shape together, the others one by one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.ingest.csv_file import CsvShape, csv_shape, read_csv
from orchestration.ingest.csv_head import CsvHead, csv_head
from orchestration.ingest.file_kind import UnreadableFile, check_compressed, check_kind
from orchestration.ingest.jsonl import read_jsonl
from orchestration.ingest.landing import FileFormat, LandedFile
from orchestration.ingest.parquet import read_parquet
from orchestration.ingest.plain_text import PlainText, plain_text
from orchestration.ingest.rows import NO_ROWS, OpenFile, Relation, Rows, begin_rejected, reject_file
from orchestration.ingest.source_config import SourceConfig
from orchestration.ingest.workbook import read_workbook


@dataclass(frozen=True)
class FileRead:
    """What is known of a file as a whole. `header` is empty where it has none or cannot be read."""

    header: Sequence[str] = ()
    is_cut: bool = False
    """A compressed file that ends before its end."""
    lacks_last_line_end: bool = False
    delimiter: str = ","
    """Of a CSV, as it was read."""
    notes: Sequence[str] = ()
    """What was not as declared, each a sentence without the file's name and a full stop."""
    has_lines: bool = False
    """It has lines, with or without what the object unnests; only known where the object has `unnest`."""


@dataclass(frozen=True)
class Delivered:
    """Files with one header, by number, and their rows: (file, source_row bigint, f0, f1, … text, one per name).

    The next one that read_files yields may replace the temporary tables that `relation` reads.
    """

    files: Mapping[int, FileRead]
    format: FileFormat
    header: list[str]
    relation: Relation


def read_files(
    connection: duckdb.DuckDBPyConnection, files: Mapping[int, LandedFile], config: SourceConfig, scratch: Path
) -> Iterator[Delivered]:
    """Read files of one object, and yield each of them once, together with others; begins with an empty `rejected`.

    `scratch` is a folder for copies. Every row that is not blank ends up either in a Delivered or in `rejected`; a
    file that cannot be read at all is one row of `rejected`. Raises ConfigurationError if a header is unusable or the
    declared sheet is missing.
    """
    begin_rejected(connection)
    shapes: dict[CsvShape | str | int, list[OpenFile]] = {}
    heads: dict[int, CsvHead] = {}
    for number, file in files.items():
        try:
            opened = OpenFile(number, file, unpacked(file, config, scratch / f"{number}.txt"))
        except UnreadableFile as reason:
            reject_file(connection, number, reason)
            yield Delivered({number: FileRead()}, file.format, [], NO_ROWS)
        else:
            if file.format == "csv":
                found = config.objects[file.object]
                heads[number] = csv_head(opened.plain.path, file.name, found, config.csv.delimiter)
            shapes.setdefault(_shape(opened, heads), []).append(opened)
    for shape, alike in shapes.items():
        for rows in _read(connection, shape, alike, config, scratch):
            header = config.objects[alike[0].file.object].named(rows.header)
            described = {opened.number: _described(opened, rows, header, heads) for opened in rows.files}
            yield Delivered(described, alike[0].file.format, header, rows.relation)


def unpacked(file: LandedFile, config: SourceConfig, target: Path, *, only_beginning: bool = False) -> PlainText:
    """The text of a file, copied to `target` where it is packed; raises UnreadableFile if it is of another kind."""
    if file.is_compressed:
        check_compressed(file.path)
    plain = plain_text(file, config.csv, target, only_beginning=only_beginning)
    check_kind(plain.path if file.is_compressed else file.path, file.format)
    return plain


def _shape(opened: OpenFile, heads: Mapping[int, CsvHead]) -> CsvShape | str | int:
    """Equal for files that can be read together."""
    match opened.file.format:
        case "csv":
            return csv_shape(opened, heads[opened.number])
        case "jsonl":
            return "jsonl"
    return opened.number


def _read(
    connection: duckdb.DuckDBPyConnection,
    shape: CsvShape | str | int,
    alike: Sequence[OpenFile],
    config: SourceConfig,
    scratch: Path,
) -> Iterator[Rows]:
    if isinstance(shape, CsvShape):
        yield from read_csv(connection, alike, shape, scratch)
    elif isinstance(shape, str):
        yield from read_jsonl(connection, alike, config, alike[0].file.object, scratch)
    else:
        yield from (_read_typed(connection, opened, config) for opened in alike)


def _read_typed(connection: duckdb.DuckDBPyConnection, opened: OpenFile, config: SourceConfig) -> Rows:
    file = opened.file
    try:
        if not opened.plain.size:
            return Rows([opened], [], NO_ROWS)
        if file.format == "parquet":
            return read_parquet(connection, opened)
        return read_workbook(connection, opened, config.objects[file.object])
    except UnreadableFile as reason:
        reject_file(connection, opened.number, reason)
        return Rows([opened], [], NO_ROWS)


def _described(opened: OpenFile, rows: Rows, header: Sequence[str], heads: Mapping[int, CsvHead]) -> FileRead:
    plain = opened.plain
    head = heads.get(opened.number, CsvHead())
    is_text = opened.file.format in ("csv", "jsonl")
    return FileRead(
        header=header,
        is_cut=plain.is_cut,
        lacks_last_line_end=is_text and plain.size > 0 and not plain.ends_with_line_end,
        delimiter=head.delimiter,
        notes=[note for note in (plain.note, head.note, rows.note) if note],
        has_lines=opened.number in rows.with_lines,
    )
