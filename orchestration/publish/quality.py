"""kuota_quality.duckdb: what was loaded, set aside and checked; written after every run, also a blocked one."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.lineage import tables_of_set_aside_rows
from orchestration.publish.comments import comments_of, comments_on_quality, write_comments
from orchestration.publish.files import link_in_place, make_private_folder, new_path, put_in_place, remove_leftovers
from orchestration.publish.impact import write_check_impact
from orchestration.publish.state import (
    describe_state,
    empty_relation,
    exists,
    identifier,
    literal,
    relation_or_empty,
)
from orchestration.tables import (
    COLLECTION_BREAK,
    COLLECTION_REGIME,
    LOAD_LEDGER,
    QUARANTINE,
    ROWS_SET_ASIDE,
    SOURCE,
    SOURCE_END,
    Table,
)
from orchestration.warehouse import connect

QUALITY = "kuota_quality.duckdb"
# its name before contract version 2; it goes with version 3
EARLIER_NAME = "quality.duckdb"
RUNS_KEPT = 100


def publish_quality(
    warehouse: Path,
    published: Path,
    manifest: Path,
    *,
    run_id: str,
    outcome: str | None = None,
    exit_code: int | None = None,
) -> Path:
    """Replace published/kuota_quality.duckdb in one step and return its path. The caller holds the lock.

    Schema `quality`: what quality_tables.yml lists, collection_regime and collection_break. A table that the warehouse
    does not have yet is empty. `outcome` (see write_ops_report) and `exit_code` (of `kuota run`) are null if unknown.
    `manifest` is dbt's: it says what feeds what, and which models set rows aside.
    """
    make_private_folder(published)
    remove_leftovers(published)
    new = new_path(published, QUALITY)
    with connect(warehouse) as connection:
        describe_state(connection)
        connection.execute(f"attach {literal(str(new))} as publish_quality")
        connection.execute("create schema publish_quality.quality")
        _write_checks(connection, run_id, outcome, exit_code)
        write_check_impact(connection, manifest)
        _write_ledger(connection, tables_of_set_aside_rows(manifest))
        _write_sources(connection)
        _copy(connection, COLLECTION_REGIME)
        _copy(connection, COLLECTION_BREAK)
        for table, comments in comments_on_quality().items():
            write_comments(connection, f"publish_quality.quality.{table}", comments)
        connection.execute("checkpoint publish_quality")
        connection.execute("detach publish_quality")
    put_in_place(new, published / QUALITY)
    link_in_place(published / QUALITY, published / EARLIER_NAME)
    return published / QUALITY


def _copy(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    relation = relation_or_empty(connection, table)
    connection.execute(f"create table publish_quality.quality.{table.name} as select * from {relation} order by all")  # noqa: S608
    write_comments(
        connection, f"publish_quality.quality.{table.name}", comments_of(connection, table.schema, table.name)
    )


def _write_checks(
    connection: duckdb.DuckDBPyConnection, run_id: str, outcome: str | None, exit_code: int | None
) -> None:
    connection.execute(
        """
        create table publish_quality.quality.last_run as
        select
            $run_id::varchar as run_id, $outcome::varchar as outcome, $exit_code::integer as exit_code,
            now()::timestamp as written_at
        """,
        {"run_id": run_id, "outcome": outcome, "exit_code": exit_code},
    )
    connection.execute(
        """
        create table publish_quality.quality.check_result as
        with newest_runs as (
            select run_id from publish_result group by run_id order by max(checked_at) desc, run_id limit $runs
        )
        from publish_result
        where run_id in (from newest_runs) or is_current
        order by checked_at, room, target, check_name
        """,
        {"runs": RUNS_KEPT},
    )


def _write_sources(connection: duckdb.DuckDBPyConnection) -> None:
    source = relation_or_empty(connection, SOURCE)
    source_end = relation_or_empty(connection, SOURCE_END)
    connection.execute(
        f"create table publish_quality.quality.source as from {source} left join {source_end} using (source) "
        "order by all"
    )


def _write_ledger(connection: duckdb.DuckDBPyConnection, set_aside_tables: Sequence[tuple[str, str]]) -> None:
    ledger = relation_or_empty(connection, LOAD_LEDGER)
    quarantine = relation_or_empty(connection, QUARANTINE)
    set_aside = _rows_set_aside(connection, set_aside_tables)
    # a file that was read more than once has kept its rows in one of its readings: subtract the rows set aside there
    connection.execute(f"""
        create or replace temporary table publish_reading as
        select
            {", ".join(LOAD_LEDGER.columns)},
            row_number() over (
                partition by source, object, source_file order by rows_kept > 0 desc, loaded_at desc
            ) as reading
        from {ledger}
    """)  # noqa: S608
    connection.execute(f"""
        create table publish_quality.quality.load_ledger as
        with set_aside as (
            select source, object, source_file, count(distinct source_row) as rows_set_aside
            from {set_aside}
            group by all
        ),
        moved as (
            select publish_reading.*, least(rows_kept, if(reading = 1, coalesce(rows_set_aside, 0), 0)) as rows_moved
            from publish_reading
            left join set_aside using (source, object, source_file)
        )
        select
            * exclude (reading, rows_moved)
            replace (rows_kept - rows_moved as rows_kept, rows_quarantined + rows_moved as rows_quarantined)
        from moved
        order by loaded_at, source, object, source_file
    """)  # noqa: S608
    names = ", ".join(QUARANTINE.columns)
    connection.execute(f"""
        create table publish_quality.quality.quarantine as
        with of_ingest as (select {names}, 'ingest' as room from {quarantine}),
        of_transform as (
            select
                set_aside.source, set_aside.object, set_aside.source_file, source_row, column_name, value, reason,
                message, null::varchar as row_text, extracted_at, loaded_at, 'transform' as room
            from {set_aside} as set_aside
            join publish_reading
                on publish_reading.source = set_aside.source and publish_reading.object = set_aside.object
                and publish_reading.source_file = set_aside.source_file and reading = 1
        )
        from of_ingest union all by name from of_transform
        order by source, object, source_file, source_row
    """)  # noqa: S608


def _rows_set_aside(connection: duckdb.DuckDBPyConnection, tables: Sequence[tuple[str, str]]) -> str:
    """What to select from: the rows that any model sets aside."""
    names = ", ".join("set_aside_reason as reason" if name == "reason" else name for name in ROWS_SET_ASIDE)
    built = [
        f"select {names} from {identifier(schema)}.{identifier(name)} where set_aside_reason is not null"  # noqa: S608
        for schema, name in tables
        if exists(connection, schema, name)
    ]
    return f"({' union all '.join(built)})" if built else empty_relation(ROWS_SET_ASIDE)


def last_run_id(published: Path) -> str:
    """The run that wrote kuota_quality.duckdb."""
    with duckdb.connect(str(published / QUALITY), read_only=True) as connection:
        [found] = connection.execute("select run_id from quality.last_run").fetchall()
    return str(found[0])
