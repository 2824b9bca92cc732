"""Numbers with a decimal comma in files whose fields are separated by something else, as in half of Europe."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from collections.abc import Iterator, Sequence

import duckdb

from orchestration.ingest.ids import correct_texts
from orchestration.ingest.raw_tables import quoted
from orchestration.ingest.source_config import ColumnType, ObjectConfig
from orchestration.ingest.values import trimmed

THOUSANDS = "[1-9][0-9]{0,2}([.][0-9]{3})"
# 1.234,50, 0,125 and 1.234.567; a comma before three digits, or one point before them, may mean something else
CERTAIN = f"[+-]?(([0-9]+|{THOUSANDS}+),([0-9]{{1,2}}|[0-9]{{4,}})|0,[0-9]+|{THOUSANDS}{{2,}}(,[0-9]+)?)"
NUMBER = f"[+-]?([0-9]+|{THOUSANDS}+)(,[0-9]+)?"


def correct_decimal_commas(
    connection: duckdb.DuckDBPyConnection, config: ObjectConfig, files: Sequence[str], separated: Sequence[int]
) -> Iterator[tuple[int, str]]:
    """Correct the numbers in `staged` that have decimal commas, in files `separated` by something else.

    A file certainly has them where some numbers of one column cannot be meant otherwise, and all of that column can be
    meant so; then each other column that can be meant so has them too. Yields a warning for each column, with the
    number of its file. `files` are the names by number.
    """
    if not separated:
        return
    names = [
        name for name, column in config.columns.items() if column.type is ColumnType.DECIMAL and column.format is None
    ]
    certain = {
        number
        for name in names
        for number, *_ in _found(connection, name, separated, f"regexp_full_match(number, '{CERTAIN}')")
    }
    for name in names if certain else []:
        found = _found(connection, name, sorted(certain), "regexp_matches(number, '[.,]')")
        if not found:
            continue
        numbers = [number for number, *_ in found]
        with_point = f"replace(replace({trimmed(quoted(name))}, '.', ''), ',', '.')"
        correct_texts(connection, config, name, with_point, f"{quoted(name)} is not null", numbers)
        for number, count, row, value in found:
            read_as = value.replace(".", "").replace(",", ".")
            yield (
                number,
                f"{files[number]}, line {row}, column '{name}': '{value}' was read as {read_as} ({count} in this "
                "file): the file has decimal commas; set the column's 'format' to 1.234,50, or export with "
                "decimal points.",
            )


def _found(
    connection: duckdb.DuckDBPyConnection, name: str, among: Sequence[int], condition: str
) -> list[tuple[int, int, int, str]]:
    """The files `among` in which a column may have decimal commas throughout, and meets the condition somewhere.

    Each with how often it does, and the row and the text of the first time.
    """
    return connection.execute(
        f"""
        select _file, count_if({condition}), min(_source_row) filter ({condition}),
            arg_min(number, _source_row) filter ({condition})
        from (select _file, _source_row, {trimmed(quoted(name))} as number from staged)
        where list_contains($among, _file) and number is not null
        group by _file having count_if({condition}) > 0 and bool_and(regexp_full_match(number, '{NUMBER}'))
        order by _file
        """,
        {"among": among},
    ).fetchall()
