"""CSV files to the rows of read_files: by DuckDB's strict reader, or line by line if a row is damaged."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

import csv
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.ingest.damaged_csv import read_damaged_csv
from orchestration.ingest.file_kind import UnreadableFile
from orchestration.ingest.invisible import trim
from orchestration.ingest.lines import MAXIMUM_LINE, exactly, extents, in_groups, line_count
from orchestration.ingest.rows import NO_ROWS, OpenFile, Relation, Rows, reject_file, rows_alone, rows_of

POSITION = "row_number() over () as position, file_index"


@dataclass(frozen=True)
class CsvShape:
    """What CSV files must have in common to be read together. `header_lines`: how many lines end with the header."""

    header: tuple[str, ...]
    header_lines: int
    delimiter: str
    suspect: int | None
    """The number of a file that only the slow way can read, and so alone."""


def csv_header(path: Path, name: str, delimiter: str) -> tuple[list[str], int]:
    """The names in the first line that is not blank, and how many lines they end after; no names in an empty file.

    `path` is plain UTF-8 text. Raises ConfigurationError with the file's `name` if it is not a header.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        try:
            for fields in reader:
                if any(map(trim, fields)):
                    return [trim(field) for field in fields], reader.line_num
        except csv.Error as error:
            raise ConfigurationError(
                f"{name}, line 1: the header cannot be read ({error}); write the column names separated by "
                f"'{delimiter}', and check for a quotation mark that is never closed."
            ) from None
    return [], 0


def csv_shape(opened: OpenFile, delimiter: str) -> CsvShape:
    """The shape of a file. Raises ConfigurationError with its name for an unusable header."""
    header, header_lines = csv_header(opened.plain.path, opened.file.name, delimiter)
    return CsvShape(tuple(header), header_lines, delimiter, opened.number if opened.plain.is_suspect else None)


def read_csv(
    connection: duckdb.DuckDBPyConnection, files: Sequence[OpenFile], shape: CsvShape, scratch: Path
) -> Iterator[Rows]:
    """Yield files of one shape in groups that could be read together; adds damaged rows to `rejected`, which exists."""

    def read_together(group: Sequence[OpenFile]) -> tuple[Relation, AbstractSet[int]]:
        if shape.suspect is not None:
            return read_damaged(group[0]), frozenset()
        return _strictly_read(connection, group, shape)

    def read_damaged(opened: OpenFile) -> Relation:
        return read_damaged_csv(connection, opened, len(shape.header), shape.header_lines, shape.delimiter, scratch)

    if not shape.header:
        yield Rows(files, [], NO_ROWS)
        return
    for group, result in in_groups(files, read_together, read_damaged):
        if isinstance(result, UnreadableFile):
            reject_file(connection, group[0].number, result)
            yield Rows(group, [], NO_ROWS)
        else:
            yield Rows(group, list(shape.header), result)


def _strictly_read(
    connection: duckdb.DuckDBPyConnection, files: Sequence[OpenFile], shape: CsvShape
) -> tuple[Relation, AbstractSet[int]]:
    names = [f"f{position}" for position in range(len(shape.header))]
    columns = ", ".join(f"'{name}': 'varchar'" for name in names)
    position = "row_number() over () + 1 as source_row" if len(files) == 1 else POSITION
    # In a file of one column a blank line is a row of its own for DuckDB.
    not_blank = "where trim(f0, ' ' || chr(9)) != ''" if len(names) == 1 else ""
    connection.execute(
        f"create or replace temp table rows_read as select {position}, * "
        "from read_csv(?, auto_detect = false, header = false, "
        f"skip = ?, delim = ?, quote = '\"', escape = '\"', columns = {{{columns}}}, null_padding = false, "
        f"hive_partitioning = false, strict_mode = true, max_line_size = {MAXIMUM_LINE}) {not_blank}",
        [[exactly(opened.plain.path) for opened in files], shape.header_lines, shape.delimiter],
    )
    return (rows_alone(files[0]), frozenset()) if len(files) == 1 else _rows_of(connection, files, shape)


def _rows_of(
    connection: duckdb.DuckDBPyConnection, files: Sequence[OpenFile], shape: CsvShape
) -> tuple[Relation, set[int]]:
    """What `rows_read` has, and the numbers of the files of which not every line is certain to be in it."""
    names = ", ".join(f"f{position}" for position in range(len(shape.header)))
    extent = extents(connection, "rows_read", "position")
    missing = {
        index: lines
        for index, opened in enumerate(files)
        if (lines := line_count(opened.plain) - shape.header_lines - extent[index].rows)
    }
    if missing:
        # a field may contain line ends
        within = connection.execute(
            "select file_index, sum(strlen(fields) - strlen(replace(fields, chr(10), ''))) "
            f"from (select file_index, concat({names}) as fields from rows_read where file_index in $some) "
            "group by file_index",
            {"some": list(missing)},
        ).fetchall()
        missing = {index: lines for index, lines in missing.items() if lines != dict(within).get(index)}
    places = [
        {"file": files[index].number, "file_index": index, "first": found.first}
        for index, found in extent.items()
        if found.rows and index not in missing
    ]
    place = rows_of("places", {"file": "integer", "file_index": "bigint", "first": "bigint"})
    relation = Relation(
        f"select file, position - first + 2 as source_row, {names} from rows_read join {place} using (file_index)",
        {"places": places},
    )
    return relation, {files[index].number for index in missing}
