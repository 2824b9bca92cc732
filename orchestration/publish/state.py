"""What the warehouse records about its build: when each table was built, and which check results still hold."""

from collections.abc import Mapping

import duckdb

from orchestration.tables import LOAD_LEDGER, Table


def identifier(name: str) -> str:
    """`name` quoted as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` quoted as an SQL string, for the few statements that cannot take parameters."""
    return "'" + text.replace("'", "''") + "'"


def exists(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether the warehouse has the table or view."""
    query = """
        select count(*) from information_schema.tables
        where table_catalog = current_database() and table_schema = ? and table_name = ?
    """
    found = connection.execute(query, [schema, table]).fetchone()
    return found is not None and found[0] > 0


def relation_or_empty(connection: duckdb.DuckDBPyConnection, table: Table) -> str:
    """What to select from: the table if the warehouse has it, else an empty one with its columns."""
    if exists(connection, table.schema, table.name):
        return f"{identifier(table.schema)}.{identifier(table.name)}"
    return empty_relation(table.columns)


def empty_relation(columns: Mapping[str, str]) -> str:
    """A query without rows that has these columns, by name and type."""
    fields = ", ".join(f"null::{column_type} as {identifier(name)}" for name, column_type in columns.items())
    return f"(select {fields} where false)"


def describe_state(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary tables `publish_built` (target, built_at, changed_at) and `publish_result`.

    A raw table counts as built when its newest file was loaded. `changed_at`: when its rows last became others, which a
    build need not do. `publish_result` is quality.check_result with `is_current`: the newest result of its check, and
    not older than the last change of the table that it checked.
    """
    ledger = relation_or_empty(connection, LOAD_LEDGER)
    connection.execute(f"""
        create or replace temporary table publish_built as
        with built as (
            select target, max(built_at)::timestamp as built_at from quality.model_build group by target
            union all
            select 'raw.' || source || '__' || object, max(loaded_at)::timestamp from {ledger} group by source, object
        )
        select
            target, coalesce(built_at, state.changed_at) as built_at, coalesce(state.changed_at, built_at) as changed_at
        from built
        full join quality.table_state as state using (target)
    """)  # noqa: S608
    connection.execute("""
        create or replace temporary table publish_result as
        select
            check_result.*,
            row_number() over (
                partition by room, target, check_name
                order by checked_at desc, status is not distinct from 'passed'
            ) = 1
            and checked_at >= coalesce(publish_built.changed_at, '-infinity'::timestamp) as is_current
        from quality.check_result
        left join publish_built using (target)
    """)


def check_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many checks passed, warned and failed (critical and not passed), by results that still hold."""
    describe_state(connection)
    counts = connection.execute("""
        select
            count(*) filter (status = 'passed'),
            count(*) filter (status <> 'passed' and severity <> 'critical'),
            count(*) filter (status <> 'passed' and severity = 'critical')
        from publish_result
        where is_current
    """).fetchone()
    assert counts is not None
    return dict(zip(("passed", "warned", "failed"), counts, strict=True))
