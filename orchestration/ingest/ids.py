"""Ids that a spreadsheet or a program has taken for numbers: 101.0 is corrected, one cut to 15 digits is set aside."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from collections.abc import Iterator, Sequence

import duckdb

from orchestration.ingest.checks import row_checks
from orchestration.ingest.raw_tables import quoted
from orchestration.ingest.source_config import ColumnType, ObjectConfig
from orchestration.ingest.values import trimmed

UNIT_SEPARATOR = "chr(31)"
NAME_END = "chr(30)"
WITH_FRACTION = "[0-9]+[.]0+"
LONGEST_NUMBER = 15
"""A spreadsheet keeps so many digits of a number and writes 0 for the others."""
LONGER = "[1-9][0-9]{15,}"
CUT = "[1-9][0-9]{14}0+"
LOST_DIGITS = 4
"""So many lost digits, all of them 0, are not chance: one in ten thousand."""


def key_of(config: ObjectConfig) -> str:
    """SQL for the key of a row, of its declared columns."""
    return f" || {UNIT_SEPARATOR} || ".join(f"coalesce({trimmed(quoted(name))}, '')" for name in config.key)


def hash_of(config: ObjectConfig) -> str:
    """SQL for the hash of all that was delivered in a row.

    A column without a value is left out (concat_ws skips nulls): one that is declared later changes no hash of rows
    without it, and so none of the choices between equal rows that models make by the hash.
    """
    content = ", ".join(f"'{name}' || {NAME_END} || {quoted(name)}" for name in sorted(config.columns))
    return f"md5(concat_ws({UNIT_SEPARATOR}, {content}, _extras))"


def examine_ids(
    connection: duckdb.DuckDBPyConnection, config: ObjectConfig, files: Sequence[str]
) -> Iterator[tuple[int, str]]:
    """Correct ids in `staged`, mark rows whose key is damaged, and yield warnings, each with the number of its file.

    101.0 becomes 101 where all ids of the column of the file are whole numbers. `files` are the names by number.
    """
    ids = [name for name, column in config.columns.items() if column.type is ColumnType.ID]
    signs = [f"bool_or(ends_with({quoted(name)}, '.0')), max(strlen({quoted(name)}))" for name in ids]
    if not signs:
        return
    found = connection.execute(f"select {', '.join(signs)} from staged").fetchone()
    assert found is not None
    for name, has_fraction, longest in zip(ids, found[::2], found[1::2], strict=True):
        if has_fraction:
            yield from _correct_fractions(connection, config, files, name)
        if (longest or 0) > LONGEST_NUMBER:
            yield from _mark_cut(connection, config, files, name)


def correct_texts(
    connection: duckdb.DuckDBPyConnection,
    config: ObjectConfig,
    name: str,
    corrected: str,
    condition: str,
    files: Sequence[int],
) -> None:
    """Set a column of `staged` to the SQL `corrected` where the condition holds in `files`; keys and hashes follow."""
    connection.execute(
        f"update staged set {quoted(name)} = {corrected} where list_contains($files, _file) and {condition}",
        {"files": files},
    )
    connection.execute(
        f"update staged set _key = {key_of(config)}, _row_hash = {hash_of(config)} where list_contains($files, _file)",
        {"files": files},
    )


def _correct_fractions(
    connection: duckdb.DuckDBPyConnection, config: ObjectConfig, files: Sequence[str], name: str
) -> Iterator[tuple[int, str]]:
    text, column = trimmed(quoted(name)), quoted(name)
    has_fraction = f"regexp_full_match({text}, '{WITH_FRACTION}')"
    found = connection.execute(
        f"select _file, count(*) filter ({has_fraction}) as fractions, "
        f"min(_source_row) filter ({has_fraction}), arg_min({text}, _source_row) filter ({has_fraction}) "
        f"from staged where {column} is not null group by _file "
        f"having fractions > 0 and bool_and(regexp_full_match({text}, '[0-9]+([.]0+)?')) order by _file"
    ).fetchall()
    numbers = [number for number, *_ in found]
    correct_texts(connection, config, name, f"regexp_replace({text}, '[.]0+$', '')", has_fraction, numbers)
    for number, count, row, value in found:
        yield (
            number,
            f"{files[number]}, line {row}, column '{name}': '{value}' was read as '{value.partition('.')[0]}' "
            f"({count} in this file), because the ids are whole numbers; export them as text.",
        )


def _mark_cut(
    connection: duckdb.DuckDBPyConnection, config: ObjectConfig, files: Sequence[str], name: str
) -> Iterator[tuple[int, str]]:
    column = quoted(name)
    is_longer = f"regexp_full_match({column}, '{LONGER}')"
    # records that a cut gave one key look like duplicates
    differing = "_row_hash" if name in config.key else column
    found = connection.execute(
        f"select _file, count(*), min(_source_row), arg_min({column}, _source_row) from staged where {is_longer} "
        f"group by _file having count(distinct {differing}) > 1 and bool_and(regexp_full_match({column}, '{CUT}')) "
        f"and sum(length({column}) - {LONGEST_NUMBER}) >= {LOST_DIGITS} order by _file"
    ).fetchall()
    if name in config.key:
        problem = [(check.column, check.reason) for check in row_checks(config)].index((name, "cut_id"))
        connection.execute(
            f"update staged set _problem = {problem} "
            f"where list_contains($numbers, _file) and _problem is null and {is_longer}",
            {"numbers": [number for number, *_ in found]},
        )
        return
    for number, count, row, value in found:
        yield (
            number,
            f"{files[number]}, line {row}, column '{name}': '{value}' is cut to {LONGEST_NUMBER} digits, as a "
            f"spreadsheet does ({count} in this file), and may name no record or the wrong one; export it again, as "
            "text.",
        )
