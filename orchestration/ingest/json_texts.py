"""Texts that are JSON where nothing reads it: associations as lists, objects of an API in a flat file."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from collections.abc import Collection, Iterator, Sequence

import duckdb

from orchestration.ingest.nested import first_key
from orchestration.ingest.raw_tables import quoted
from orchestration.ingest.source_config import WRITTEN, ObjectConfig
from orchestration.ingest.values import literal

NAMED = 5


def unread_json(
    connection: duckdb.DuckDBPyConnection, config: ObjectConfig, files: Sequence[str], read: Collection[str]
) -> Iterator[tuple[int, str]]:
    """A warning for each file in `staged` that has texts which are JSON, with its number; `files` are the names.

    The texts of the keys `read` are taken apart, where paths lead into them.
    """
    apart = {key.lower() for key in read} & {first_key(path).lower() for _, path in config.paths()}
    names = [name for name, column in config.columns.items() if column.type in WRITTEN]
    declared = " union all ".join(
        f"select _file, _source_row, {literal(name)} as name, {quoted(name)} as text from staged "
        f"where {_may_be_json(quoted(name))}"
        for name in names
    )
    suspects = " or ".join([*(_may_be_json(quoted(name)) for name in names), EXTRAS_WITH_JSON])
    if not connection.execute(f"select 1 from staged where {suspects} limit 1").fetchone():
        return
    found = connection.execute(
        f"""
        with texts as (
            {declared}
            union all
            select _file, _source_row, key, json_extract_string(_extras, {POINTER})
            from (select *, unnest(json_keys(_extras)) as key from staged where {EXTRAS_WITH_JSON})
            where not list_contains($apart, lower(key))
        ),
        parsed as (
            select _file, name, count(*) as texts, min(_source_row) as first_row,
                arg_min(text, _source_row)::json as first
            from texts where json_valid(text) and json_type(text) in ('ARRAY', 'OBJECT')
            group by _file, name
        )
        select _file, list(name || case
            when json_type(first) = 'ARRAY' and json_type(first, '$[0]') = 'OBJECT'
                then '[0].' || json_keys(first, '$[0]')[1]
            when json_type(first) = 'ARRAY' then '[0]' else coalesce('.' || json_keys(first)[1], '') end order by name),
            sum(texts), min(first_row)
        from parsed group by _file order by _file
        """,
        {"apart": sorted(apart)},
    ).fetchall()
    for number, paths, count, row in found:
        more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
        yield (
            number,
            f"{files[number]}, line {row}: texts that hold JSON are not read ({count} in this file), at "
            f"{', '.join(paths[:NAMED])}{more}; export what you need of them as columns of their own, or as JSONL and "
            "declare the column's 'path'.",
        )


def _may_be_json(text: str) -> str:
    # [ is 91, { is 123
    return f"(ascii({text}) in (91, 123) and length({text}) > 2)"


EXTRAS_WITH_JSON = "(contains(_extras, ':\"{') or contains(_extras, ':\"['))"
POINTER = "'/' || replace(replace(key, '~', '~0'), '/', '~1')"
