"""What a failing check affects: the marts that are built from its table, and the dates of its rows."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.lineage import dating_columns, figure_parents
from orchestration.publish.state import identifier

Parents = Mapping[str, Sequence[str]]


def write_check_impact(connection: duckdb.DuckDBPyConnection, manifest: Path) -> None:
    """Make publish_quality.quality.check_impact: one row per check whose result still holds and is not a pass.

    `marts` are the published tables that take figures from its table. `first_on` and `last_on` are the first and last
    date of its sample rows, or of its whole table if those have none; `dates_of` says which. Without dbt's manifest
    the marts and the dates are unknown. The connection has the temporary table `publish_result`.
    """
    connection.execute("""
        create table publish_quality.quality.check_impact (
            room varchar, target varchar, check_name varchar, marts varchar[], first_on date, last_on date,
            dates_of varchar
        )
    """)
    failing = connection.execute("""
        select room, target, check_name, case when status = 'failed' then sample_keys end
        from publish_result
        where is_current and status <> 'passed'
        order by all
    """).fetchall()
    is_known = bool(failing) and manifest.exists()
    parents = figure_parents(manifest) if is_known else {}
    dated_by = dating_columns(manifest) if is_known else {}
    rows = [
        (
            room,
            target,
            check_name,
            marts_built_from(parents, target),
            *_dates(connection, target, dated_by.get(target, []), sample_keys),
        )
        for room, target, check_name, sample_keys in failing
    ]
    if rows:
        connection.executemany("insert into publish_quality.quality.check_impact values (?, ?, ?, ?, ?, ?, ?)", rows)


def marts_built_from(parents: Parents, target: str) -> list[str]:
    """The published tables that `target` is or feeds, directly or not; what people read first comes first.

    `parents` has for each table the ones that it takes figures from.
    """
    reached, waiting = {target}, [target]
    while waiting:
        parent = waiting.pop()
        children = [name for name, of_child in parents.items() if parent in of_child and name not in reached]
        reached.update(children)
        waiting += children
    marts = [name.removeprefix("marts.") for name in reached if name.startswith("marts.")]
    return sorted(marts, key=lambda name: (not name.startswith("mart_"), name))


def _dates(
    connection: duckdb.DuckDBPyConnection, target: str, dated_by: Sequence[str], sample_keys: str | None
) -> tuple[date | None, date | None, str | None]:
    schema, _, table = target.partition(".")
    types = dict(
        connection.execute(
            """
            select column_name, lower(data_type) from information_schema.columns
            where table_catalog = current_database() and table_schema = ? and table_name = ?
            """,
            [schema, table],
        ).fetchall()
    )
    dates = [_as_date(name, types[name]) for name in dated_by if name in types]
    if not dates or sample_keys is None:
        return None, None, None
    try:
        return _span(connection, f"{identifier(schema)}.{identifier(table)}", dates, _is_sample_row(types, sample_keys))
    except duckdb.Error:
        # a view on a table that is gone cannot be queried; the page has to be written all the same
        return None, None, None


def _span(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    dates: Sequence[str],
    is_sample_row: tuple[str, Sequence[str | None]],
) -> tuple[date | None, date | None, str | None]:
    span = f"min(least({', '.join(dates)})), max(greatest({', '.join(dates)}))"
    query = f"select {span} from {relation} where "  # noqa: S608 -- quoted names that are there
    for dates_of, (condition, values) in {"sample_rows": is_sample_row, "table": ("true", [])}.items():
        found = connection.execute(query + condition, values).fetchone()
        if found is not None and found[0] is not None:
            return found[0], found[1], dates_of
    return None, None, None


def _as_date(name: str, column_type: str) -> str:
    """SQL for the day in a column, null if it holds none or one outside 1990 to 2100."""
    column = identifier(name)
    day = f"{column}::date"
    if column_type == "varchar":
        # a raw value is the delivered text
        day = f"try_cast(regexp_extract({column}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') as date)"
    return f"case when year({day}) between 1990 and 2100 then {day} end"


def _is_sample_row(types: Mapping[str, str], sample_keys: str) -> tuple[str, list[str | None]]:
    """The condition that a row is one of the sample, by those of its columns that the table has."""
    alternatives, values = [], list[str | None]()
    for sample in _samples(sample_keys):
        known = {name: value for name, value in sample.items() if name in types}
        if known:
            alternatives.append(" and ".join(f"{identifier(name)}::varchar is not distinct from ?" for name in known))
            values += [None if value is None else str(value) for value in known.values()]
    return " or ".join(f"({it})" for it in alternatives) or "false", values


def _samples(sample_keys: str) -> list[dict[str, Any]]:
    try:
        samples = json.loads(sample_keys)
    except ValueError:
        return []
    return [sample for sample in samples if isinstance(sample, dict)] if isinstance(samples, list) else []
