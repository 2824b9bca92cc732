"""Text files of one shape are read together, and what comes out is checked against the lines that went in.

DuckDB reads a list of files with one statement, but then it can drop the rest of a file silently: an unclosed quotation
mark raises an error if the file is read alone or among the last of the list, and none before (seen in 1.5.6). So every
line of a file must be accounted for; a file of which that is not certain is read again, alone.
"""

# What is formatted into SQL is our own.
# ruff: noqa: S608

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

import duckdb

from orchestration.ingest.file_kind import UnreadableFile
from orchestration.ingest.plain_text import CHUNK, NO_DELIMITER, PlainText
from orchestration.ingest.rows import OpenFile

MAXIMUM_LINE = 32 * 1024 * 1024
"""Bytes; a longer line is not a row but a file without line ends."""

SIZES = f"max_line_size = {MAXIMUM_LINE}, buffer_size = {2 * MAXIMUM_LINE}"
"""Of a reader of DuckDB, which would take sixteen times the longest line at once."""

LONGEST_GAP = 200
"""Bytes of a chunk of a file that are looked at again with the next one, for a blank line across both."""

DAMAGED = (duckdb.InvalidInputException, duckdb.NotImplementedException)
"""What DuckDB raises for a damaged file; the second for a line that does not fit into two of its buffers."""

Result = TypeVar("Result")


def exactly(path: Path) -> str:
    """`path` for a reader of DuckDB, which reads * and ? in a name as a pattern."""
    name = str(path)
    return re.sub(r"[*?[]", r"[\g<0>]", name) if "*" in name or "?" in name else name


def in_groups(
    files: Sequence[OpenFile],
    read: Callable[[Sequence[OpenFile]], tuple[Result, AbstractSet[int]]],
    read_damaged: Callable[[OpenFile], Result],
) -> Iterator[tuple[Sequence[OpenFile], Result | UnreadableFile]]:
    """Read `files` in as few steps as possible, and yield the files and the result of each step when it is done.

    `read` reads some together and returns which of them, by number, must be read alone. It raises
    one of DAMAGED where one of them is damaged; halves are then tried until that one is alone, and is
    given to `read_damaged`. A file alone for which either raises UnreadableFile is yielded with the error. The next
    step may replace what a step has left.
    """
    try:
        result, unsure = read(files)
    except DAMAGED:
        if len(files) == 1:
            yield files, _attempt(read_damaged, files[0])
            return
        middle = len(files) // 2
        for half in (files[:middle], files[middle:]):
            yield from in_groups(half, read, read_damaged)
        return
    except UnreadableFile as reason:
        yield files, reason
        return
    if sure := [opened for opened in files if opened.number not in unsure]:
        yield sure, result
    for opened in files:
        if opened.number in unsure:
            yield from in_groups([opened], read, read_damaged)


def _attempt(read: Callable[[OpenFile], Result], opened: OpenFile) -> Result | UnreadableFile:
    try:
        return read(opened)
    except UnreadableFile as reason:
        return reason


@dataclass(frozen=True)
class Extent:
    """Where the rows of a file are among those of a list of files: from `first` to `last`."""

    rows: int
    first: int
    last: int


def extents(connection: duckdb.DuckDBPyConnection, table: str, position: str) -> dict[int, Extent]:
    """The extent of each file in a table (file_index, `position`), by its index; one without rows for any other file.

    Raises RuntimeError if the files are not one after another.
    """
    counted = connection.execute(
        f"select file_index, count(*), min({position}), max({position}) from {table} group by file_index"
    ).fetchall()
    found = defaultdict(lambda: Extent(0, 0, 0), {index: Extent(*numbers) for index, *numbers in counted})
    if any(extent.last - extent.first + 1 != extent.rows for extent in found.values()):
        raise RuntimeError(f"DuckDB has mixed the rows of several files in {table}; this is a bug, nothing was kept.")
    return found


def line_count(plain: PlainText) -> int:
    """The lines of a text, the last one also without its line end; lines that end in a carriage return do not count."""
    count = 0
    last = b"\n"
    with plain.path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            count += chunk.count(b"\n")
            last = chunk[-1:]
    return count + (last != b"\n")


def text_lines(path: Path, skip: int, counts_blanks: bool = False) -> tuple[int, bool]:
    """The lines of a text after `skip` of them, without blank ones at its end; and whether one between them is empty.

    With `counts_blanks`, a line of blanks alone is an empty one too. Lines may all end in a carriage return alone.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - CHUNK))
        tail = stream.read()
        end = size - (len(tail) - len(tail.rstrip(b" \t\r\n")))
        stream.seek(0)
        line_end = b"\n" if b"\n" in stream.read(CHUNK) else b"\r"
        gaps = re.compile(rb"\n[ \t]*\r?\n" if counts_blanks else rb"\n\r?\n" if line_end == b"\n" else rb"\r\r")
        stream.seek(0)
        _skip_lines(stream, skip, line_end)
        rest = end - stream.tell()
        if rest <= 0:
            return 0, False
        lines, has_gap, last = 1, False, line_end
        while rest > 0 and (chunk := stream.read(min(CHUNK, rest))):
            rest -= len(chunk)
            lines += chunk.count(line_end)
            has_gap = has_gap or gaps.search(last + chunk) is not None
            last = chunk[-LONGEST_GAP:]
    return lines, has_gap


def _skip_lines(stream: BinaryIO, count: int, line_end: bytes) -> None:
    if line_end == b"\n":
        for _ in range(count):
            stream.readline()
        return
    beginning = stream.read(CHUNK)
    place = 0
    for _ in range(count):
        place = beginning.find(line_end, place) + 1
    stream.seek(place)


def read_lines(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], skip: int) -> None:
    """Fill the temporary table `lines` (file_index from 0, line_number bigint, line text, null if blank).

    It has the lines of all files in their order, after `skip` lines of each, with one numbering, which begins at
    skip + 1. Raises one of DAMAGED if a line is not UTF-8, or longer than MAXIMUM_LINE and not the only
    file; if it is the only file, UnreadableFile.
    """
    try:
        connection.execute(
            "create or replace temp table lines as select file_index, row_number() over () + $skip as line_number, "
            "line from read_csv($paths, auto_detect = false, header = false, skip = $skip, delim = $delimiter, "
            "quote = '', escape = '', columns = {'line': 'varchar'}, strict_mode = false, hive_partitioning = false, "
            f"{SIZES})",
            {"skip": skip, "paths": [exactly(path) for path in paths], "delimiter": NO_DELIMITER},
        )
    except DAMAGED as error:
        is_too_long = "Maximum line size" in str(error) or isinstance(error, duckdb.NotImplementedException)
        if not is_too_long or len(paths) > 1:
            raise
        place = re.search(r"CSV Error on Line: (\d+)", str(error))
        raise UnreadableFile(
            f"line {place[1] if place else 'of it'} is longer than {MAXIMUM_LINE // 1024**2} MB; "
            "end every row with a line end, and export the file again"
        ) from None
