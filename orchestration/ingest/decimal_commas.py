"""Numbers with a decimal comma in files whose fields are separated by something else, as in half of Europe."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from collections.abc import Iterator, Sequence

import duckdb

from orchestration.ingest.ids import hash_of, key_of
from orchestration.ingest.raw_tables import quoted
from orchestration.ingest.source_config import ColumnType, ObjectConfig
from orchestration.ingest.values import trimmed

# 1.234,50 and 0,5; a comma before three digits may separate thousands
DECIMAL_COMMA = "[+-]?([0-9]+|[0-9]{1,3}([.][0-9]{3})+),([0-9]{1,2}|[0-9]{4,})"
NUMBER = "[+-]?([0-9]+|[0-9]{1,3}([.][0-9]{3})+)(,[0-9]+)?"


def correct_decimal_commas(
    connection: duckdb.DuckDBPyConnection, config: ObjectConfig, files: Sequence[str], separated: Sequence[int]
) -> Iterator[tuple[int, str]]:
    """Correct the numbers of a column in `staged` that has decimal commas, in files `separated` by something else.

    It certainly has them where some numbers cannot be meant otherwise, and all can be meant so. Yields a warning for
    each column, with the number of its file. `files` are the names by number.
    """
    names = [
        name for name, column in config.columns.items() if column.type is ColumnType.DECIMAL and column.format is None
    ]
    for name in names if separated else []:
        text, column = trimmed(quoted(name)), quoted(name)
        is_certain = f"regexp_full_match({text}, '{DECIMAL_COMMA}')"
        found = connection.execute(
            f"select _file, count_if({is_certain}), min(_source_row) filter ({is_certain}), "
            f"arg_min({text}, _source_row) filter ({is_certain}) from staged "
            f"where list_contains($separated, _file) and {column} is not null "
            f"group by _file having count_if({is_certain}) > 0 and bool_and(regexp_full_match({text}, '{NUMBER}')) "
            "order by _file",
            {"separated": separated},
        ).fetchall()
        if not found:
            continue
        numbers = [number for number, *_ in found]
        connection.execute(
            f"update staged set {column} = replace(replace({text}, '.', ''), ',', '.') "
            f"where list_contains($numbers, _file) and {column} is not null",
            {"numbers": numbers},
        )
        connection.execute(
            f"update staged set _key = {key_of(config)}, _row_hash = {hash_of(config)} "
            "where list_contains($numbers, _file)",
            {"numbers": numbers},
        )
        for number, count, row, value in found:
            read_as = value.replace(".", "").replace(",", ".")
            yield (
                number,
                f"{files[number]}, line {row}, column '{name}': '{value}' was read as {read_as} ({count} in this "
                "file): the file has decimal commas; set the column's 'format' to 1.234,50, or export with points.",
            )
