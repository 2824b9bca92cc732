"""CSV files to the rows of read_files: by DuckDB's strict reader, or line by line if a row is damaged."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.ingest.csv_head import CsvHead
from orchestration.ingest.damaged_csv import read_damaged_csv
from orchestration.ingest.file_kind import UnreadableFile
from orchestration.ingest.lines import SIZES, exactly, extents, in_groups, text_lines
from orchestration.ingest.rows import NO_ROWS, OpenFile, Relation, Rows, refuse_many_columns, reject_file, rows_of

POSITION = "row_number() over () as position, file_index"


@dataclass(frozen=True)
class CsvShape:
    """What CSV files must have in common to be read together. `header_lines`: how many lines end with the header."""

    header: tuple[str, ...]
    header_lines: int
    delimiter: str
    suspect: int | None
    """The number of a file that only the slow way can read, and so alone."""


def csv_shape(opened: OpenFile, head: CsvHead) -> CsvShape:
    """The shape of a file with this header."""
    # DuckDB leaves out blank lines without saying where they were
    is_suspect = opened.plain.is_suspect or text_lines(opened.plain.path, head.last_line, len(head.names) == 1)[1]
    return CsvShape(head.names, head.last_line, head.delimiter, opened.number if is_suspect else None)


def read_csv(
    connection: duckdb.DuckDBPyConnection, files: Sequence[OpenFile], shape: CsvShape, scratch: Path
) -> Iterator[Rows]:
    """Yield files of one shape in groups that could be read together; adds damaged rows to `rejected`, which exists."""

    def read_together(group: Sequence[OpenFile]) -> tuple[Relation, AbstractSet[int]]:
        if shape.suspect is not None:
            return read_damaged(group[0]), frozenset()
        relation, unsure = _strictly_read(connection, group, shape)
        return (read_damaged(group[0]), frozenset()) if unsure and len(group) == 1 else (relation, unsure)

    def read_damaged(opened: OpenFile) -> Relation:
        return read_damaged_csv(connection, opened, len(shape.header), shape.header_lines, shape.delimiter, scratch)

    if not shape.header:
        yield Rows(files, [], NO_ROWS)
        return
    try:
        refuse_many_columns(len(shape.header))
    except UnreadableFile as reason:
        for opened in files:
            reject_file(connection, opened.number, reason)
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
    # In a file of one column a blank line is a row of its own for DuckDB.
    not_blank = "where trim(f0, ' ' || chr(9)) != ''" if len(names) == 1 else ""
    connection.execute(
        f"create or replace temp table rows_read as select {POSITION}, * "
        "from read_csv(?, auto_detect = false, header = false, "
        f"skip = ?, delim = ?, quote = '\"', escape = '\"', columns = {{{columns}}}, null_padding = false, "
        f"hive_partitioning = false, strict_mode = true, {SIZES}) {not_blank}",
        [[exactly(opened.plain.path) for opened in files], shape.header_lines, shape.delimiter],
    )
    return _rows_of(connection, files, shape)


def _rows_of(
    connection: duckdb.DuckDBPyConnection, files: Sequence[OpenFile], shape: CsvShape
) -> tuple[Relation, set[int]]:
    """What `rows_read` has, and the numbers of the files of which not every line is certain to be in it.

    A row has the number of the line in which it begins, as a text editor counts.
    """
    names = ", ".join(f"f{position}" for position in range(len(shape.header)))
    extent = extents(connection, "rows_read", "position")
    missing = {
        index: lines
        for index, opened in enumerate(files)
        if (lines := text_lines(opened.plain.path, shape.header_lines)[0] - extent[index].rows)
    }
    breaks_of_row = (
        f"select file_index, position, strlen(fields) - strlen(replace(fields, chr(10), '')) as breaks "
        f"from (select file_index, position, concat({names}) as fields from rows_read where file_index in $some)"
    )
    several_lines: list[int] = []
    if missing:
        # a field may contain line ends
        within = dict(
            connection.execute(
                f"select file_index, sum(breaks) from ({breaks_of_row}) group by file_index", {"some": list(missing)}
            ).fetchall()
        )
        several_lines = [index for index, lines in missing.items() if lines == within.get(index)]
        missing = {index: lines for index, lines in missing.items() if index not in several_lines}
    places = [
        {"file": files[index].number, "file_index": index, "first": found.first}
        for index, found in extent.items()
        if found.rows and index not in missing
    ]
    place = rows_of("places", {"file": "integer", "file_index": "bigint", "first": "bigint"})
    parameters: dict[str, object] = {"places": places, "header_lines": shape.header_lines}
    before, line = "", "position - first + 1 + $header_lines"
    if several_lines:
        parameters["some"] = several_lines
        before = (
            "left join (select file_index, position, sum(breaks) over (partition by file_index order by position "
            f"rows between unbounded preceding and 1 preceding) as breaks_before from ({breaks_of_row})) "
            "using (file_index, position)"
        )
        line += " + coalesce(breaks_before, 0)"
    relation = Relation(
        f"select file, ({line})::bigint as source_row, {names} from rows_read join {place} using (file_index) {before}",
        parameters,
    )
    return relation, {files[index].number for index in missing}
