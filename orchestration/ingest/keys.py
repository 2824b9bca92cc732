"""Keys by what they mean: 2025-01 and 01/2025 are one month. Rows of one key that contradict each other: set aside."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

import duckdb

from orchestration.ingest.checks import CONTRADICTION, decisive, row_checks
from orchestration.ingest.ids import UNIT_SEPARATOR
from orchestration.ingest.raw_tables import quoted
from orchestration.ingest.source_config import Column, ColumnType, ObjectConfig
from orchestration.ingest.values import MILLISECONDS, macro, parsed, trimmed

USUAL = {
    ColumnType.DATE: "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    ColumnType.MONTH: "[0-9]{4}-[0-9]{2}-01",
    ColumnType.PERIOD: "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    ColumnType.INSTANT: "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}Z?",
    ColumnType.INTEGER: "0|[1-9][0-9]*",
    ColumnType.CODE: "[A-Z0-9]+",
}
OTHERWISE = "[ -~]*"


def unify_keys(connection: duckdb.DuckDBPyConnection, config: ObjectConfig) -> None:
    """Write the keys in `staged` in one way each, so that a record is the same one however its key is written."""
    columns = [(quoted(name), config.columns[name]) for name in config.key]
    unusual = " or ".join(f"not {_is_usual(column, text)}" for text, column in columns)
    if not connection.execute(f"select 1 from staged where {unusual} limit 1").fetchone():
        return
    key = f" || {UNIT_SEPARATOR} || ".join(f"coalesce({unified(column, text)}, '')" for text, column in columns)
    connection.execute(f"update staged set _key = {key} where {unusual}")


def mark_contradictions(connection: duckdb.DuckDBPyConnection, config: ObjectConfig) -> None:
    """Mark the rows in `staged` of one key and extract that mean different things: nobody knows which one is right."""
    names = decisive(config)
    several = "select _extract, _key from usable group by all having count(*) > 1"
    usable = "usable as (from staged join batch_files using (_file) where _problem is null)"
    if not names or not connection.execute(f"with {usable} {several} limit 1").fetchone():
        return
    reasons = [(check.column, check.reason) for check in row_checks(config)]
    for name in names:
        meaning = unified(config.columns[name], quoted(name))
        connection.execute(
            f"update staged set _problem = $problem, _is_contradicted = true from (with {usable} "
            f"select _key, list(_file) as files from usable group by _extract, _key "
            f"having count(distinct coalesce({meaning}, '')) > 1) as found "
            "where staged._key = found._key and list_contains(files, _file) and _problem is null",
            {"problem": reasons.index((name, CONTRADICTION))},
        )


def unified(column: Column, text: str) -> str:
    """SQL for what a text of the column means, as one text for all of its spellings; itself where it means nothing."""
    found = f"cast({parsed(column, text)} as varchar)"
    match column.type:
        case ColumnType.MONTH:
            found = f"cast(cast(date_trunc('month', {parsed(column, text)}) as date) as varchar)"
        case ColumnType.CODE:
            found = f"upper({trimmed(text)})"
        case ColumnType.TEXT | ColumnType.NAME | ColumnType.ID:
            found = macro("composed", trimmed(text))
        case ColumnType.INSTANT:
            in_format = f"cast(timezone('UTC', {parsed(column, text)}) as varchar)"
            found = in_format if column.format else _instant(column, text)
    return f"coalesce({found}, {trimmed(text)})"


def _is_usual(column: Column, text: str) -> str:
    usual = f"regexp_full_match({text}, '{USUAL.get(column.type, OTHERWISE)}')"
    return f"({text} is null or coalesce({usual}, false))"


def _instant(column: Column, text: str) -> str:
    """An instant with an offset is one of UTC; without one it is local, and a date remains one."""
    written = macro("canonical_instant", text)
    if column.milliseconds:
        in_utc = f"cast(make_timestamp_ms(try_cast({trimmed(text)} as bigint)) as varchar) || 'Z'"
        written = f"case when {macro('looks_like', text, MILLISECONDS)} then {in_utc} else {written} end"
    utc = "cast(timezone('UTC', try_cast(written as timestamptz)) as varchar) || 'Z'"
    return (
        f"list_transform([{written}], lambda written: case when length(written) = 10 then written "
        f"when regexp_matches(written, '(Z|[+-][0-9:]+)$') then {utc} "
        "else cast(try_cast(written as timestamp) as varchar) end)[1]"
    )
