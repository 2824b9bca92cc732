"""What readers of files share: a file that is open, its rows as a query that has not run yet, and the table of the rows
that cannot be read: `rejected` (file integer, source_row bigint, and the texts reason, value, explanation, row_text).

`file` is everywhere the number of a file in its batch.
"""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import duckdb

from orchestration.ingest.file_kind import UnreadableFile
from orchestration.ingest.landing import LandedFile
from orchestration.ingest.plain_text import PlainText

UNREADABLE_FILE = "unreadable_file"
MAXIMUM_COLUMNS = 2000
"""Each column takes memory whatever is in it; the CRMs allow some hundreds of fields."""


@dataclass(frozen=True)
class OpenFile:
    """A file and its text."""

    number: int
    file: LandedFile
    plain: PlainText


@dataclass(frozen=True)
class Relation:
    """A query and its named parameters; it reads temporary tables, which the next step of its reader may replace."""

    sql: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


NO_ROWS = Relation("select 0 as file, 0::bigint as source_row where false")


@dataclass(frozen=True)
class Rows:
    """Files with one header, and their rows: (file, source_row bigint, f0, f1, … text, one per name of the header)."""

    files: Sequence[OpenFile]
    header: list[str]
    relation: Relation
    with_lines: AbstractSet[int] = frozenset()
    """The numbers of files that have a line which is not blank; only known where the object has `unnest`."""
    note: str = ""
    """What about the place of the table was not as declared."""


def refuse_many_columns(count: int) -> None:
    """Raise UnreadableFile for a file of so many columns."""
    if count > MAXIMUM_COLUMNS:
        raise UnreadableFile(
            f"it has {count:,} columns, and more than {MAXIMUM_COLUMNS:,} are not read; "
            "export only those that are needed"
        )


def rows_of(parameter: str, columns: Mapping[str, str]) -> str:
    """SQL of a table with these columns and types whose rows are a parameter: a list of dictionaries."""
    fields = ", ".join(f"{name} {column_type}" for name, column_type in columns.items())
    return f"(select unnest(${parameter}::struct({fields})[], recursive := true))"


def rows_alone(opened: OpenFile) -> Relation:
    """The temporary table `rows_read` (source_row, f0, f1, …), which has the rows of one file."""
    return Relation(f"select {opened.number} as file, * from rows_read")


def begin_rejected(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `rejected`, empty."""
    connection.execute(
        "create or replace temp table rejected "
        "(file integer, source_row bigint, reason varchar, value varchar, explanation varchar, row_text varchar)"
    )


def reject_file(connection: duckdb.DuckDBPyConnection, number: int, reason: UnreadableFile) -> None:
    """Make a file that cannot be read at all one row of `rejected`."""
    connection.execute("delete from rejected where file = ?", [number])
    connection.execute("insert into rejected values (?, 1, ?, null, ?, null)", [number, UNREADABLE_FILE, str(reason)])
