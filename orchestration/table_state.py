"""Which tables of the warehouse hold other rows than before, what has to be built again, and which check results hold.

`quality.table_state` names for each table the run that last changed its rows, and what the table was built from. dbt
writes it in the transaction that builds a table (macros/materializations.sql), so that a run that is killed leaves
nothing to repair: what was not built again is still seen to be built from other rows. See decision 11.
"""

# What is formatted into SQL is our own: the names of tables and columns of schema raw, which the sources declare.
# ruff: noqa: S608

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import duckdb

from orchestration.warehouse import transaction

# a row of the log of changes is known by its place in its file and by when it was loaded and superseded
IDENTITY = "_source_file, _source_row, _loaded_at, _superseded_at"
# what no model reads, and every run may write
UNREAD = {"run_id", "file_modified_at"}


def describe_raw(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Record which tables of schema raw hold other rows than when they were last described."""
    tables: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "select table_name, column_name from information_schema.columns where table_catalog = current_database() "
        "and table_schema = 'raw' order by table_name, ordinal_position"
    ).fetchall():
        tables.setdefault(table, []).append(column)
    described = [
        f"select 'raw.{table}' as target, count(*) || ' ' || coalesce(sum(hash({_identity(columns)})), 0) as inputs "
        f'from raw."{table}"'
        for table, columns in tables.items()
    ]
    if not described:
        return
    with transaction(connection):
        connection.execute(f"create or replace temporary table described as {' union all '.join(described)}")
        connection.execute(
            "delete from quality.table_state where target like 'raw.%' "
            "and (target, inputs) not in (select target, inputs from described)"
        )
        connection.execute(
            "insert into quality.table_state (target, changed_by, changed_at, inputs) "
            "select target, ?, ?, inputs from described where target not in (select target from quality.table_state)",
            [run_id, datetime.now(UTC).replace(tzinfo=None)],
        )
        connection.execute("drop table described")


def _identity(columns: Sequence[str]) -> str:
    return IDENTITY if "_superseded_at" in columns else ", ".join(f'"{it}"' for it in columns if it not in UNREAD)


def tables_to_build(connection: duckdb.DuckDBPyConnection, parents: Mapping[str, Sequence[str]]) -> set[str]:
    """The tables that were not built from what their `parents` hold now, and all that is built from these."""
    edges = [(child, parent) for child, of_child in parents.items() for parent in of_child]
    stale = {
        table
        for (table,) in connection.execute(
            """
            with edge as (select unnest($children::varchar[]) as child, unnest($parents::varchar[]) as parent),
            expected as (
                select child, string_agg(parent || '@' || changed_by, ' ' order by parent) as inputs
                from edge left join quality.table_state on target = parent
                group by child
            )
            select child from (select unnest($all::varchar[]) as child)
            left join expected using (child)
            left join quality.table_state as built on built.target = child
            where built.target is null or built.inputs is distinct from coalesce(expected.inputs, '')
                or child not in (
                    select table_schema || '.' || table_name from information_schema.tables
                    where table_catalog = current_database()
                )
            """,
            {"children": [it for it, _ in edges], "parents": [it for _, it in edges], "all": list(parents)},
        ).fetchall()
    }
    return descendants(stale, parents)


def descendants(tables: set[str], parents: Mapping[str, Sequence[str]]) -> set[str]:
    """The `tables`, and all that is built from one of them."""
    found = set(tables)
    while more := {child for child, of_child in parents.items() if child not in found and found & set(of_child)}:
        found |= more
    return found


def checks_that_hold(
    connection: duckdb.DuckDBPyConnection, room: str, reads: Iterable[tuple[str, str, str]]
) -> set[tuple[str, str]]:
    """The checks, by target and name, that passed since the last change of all that they read.

    `reads` has the target, the name and one table that the check reads, once per such table.
    """
    rows = list(reads)
    found = connection.execute(
        """
        with due as (
            select target, check_name, max(changed_at) as due_at
            from (
                select
                    unnest($targets::varchar[]) as target, unnest($names::varchar[]) as check_name,
                    unnest($tables::varchar[]) as read
            )
            left join (select target as read, changed_at from quality.table_state) using (read)
            group by all
        )
        select due.target, due.check_name
        from due
        join quality.check_result as result
            on result.room = $room and result.target = due.target and result.check_name = due.check_name
        where checked_at >= coalesce(due_at, '-infinity'::timestamp)
        group by all
        having arg_max(status, (checked_at, status <> 'passed')) = 'passed'
        """,
        {
            "targets": [it[0] for it in rows],
            "names": [it[1] for it in rows],
            "tables": [it[2] for it in rows],
            "room": room,
        },
    ).fetchall()
    return {(target, name) for target, name in found}
