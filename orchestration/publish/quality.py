"""quality.duckdb: what was loaded, set aside and checked; written after every run, also one that published nothing."""

from pathlib import Path

import duckdb

from orchestration.publish.files import make_private_folder, new_path, put_in_place, remove_leftovers
from orchestration.publish.impact import write_check_impact
from orchestration.publish.state import LOAD_LEDGER, describe_state, literal, relation_or_empty
from orchestration.settings import Settings
from orchestration.warehouse import connect

QUALITY = "quality.duckdb"
RUNS_KEPT = 100

QUARANTINE = {
    "source": "varchar",
    "object": "varchar",
    "source_file": "varchar",
    "source_row": "bigint",
    "column_name": "varchar",
    "value": "varchar",
    "reason": "varchar",
    "message": "varchar",
    "row_text": "varchar",
    "extracted_at": "timestamp",
    "loaded_at": "timestamp",
}
ROWS_SET_ASIDE = {name: QUARANTINE[name] for name in list(QUARANTINE)[:8]}
SOURCE = {
    "source": "varchar",
    "kind": "varchar",
    "owner": "varchar",
    "expected_every_days": "bigint",
    "default_currency": "varchar",
    "lost_amount_is_blank": "boolean",
    "description": "varchar",
}
SOURCE_END = {"source": "varchar", "ended_on": "date", "ended_at": "timestamp"}
COLLECTION_REGIME = {
    "regime_id": "varchar",
    "source": "varchar",
    "object": "varchar",
    "field": "varchar",
    "population": "varchar",
    "starts_on": "date",
    "ends_on": "date",
    "break_id": "varchar",
}
COLLECTION_BREAK = {
    "break_id": "varchar",
    "kind": "varchar",
    "origin": "varchar",
    "source": "varchar",
    "object": "varchar",
    "field": "varchar",
    "population": "varchar",
    "starts_on": "date",
    "confidence": "double",
    "metrics": "varchar",
    "record_type": "varchar",
    "ends_on": "date",
    "size": "double",
    "bridge_rule": "varchar",
    "evidence": "varchar",
    "is_bridge_read": "boolean",
    "review": "varchar",
    "reviewed_by": "varchar",
    "reviewed_on": "date",
}


def publish_quality(settings: Settings, *, run_id: str, outcome: str | None = None) -> Path:
    """Replace published/quality.duckdb in one step and return its path. The lock is the caller's.

    Schema `quality`: check_result (the newest 100 runs; `is_current` marks results that still hold), check_impact
    (what failing checks reach), load_ledger and quarantine (with the rows that the models set aside), source (of one
    that ended with its last day, and the end of that day in UTC), collection_regime, collection_break, and last_run
    with `run_id`, `outcome` (see write_ops_report, null where it is not known) and the time in UTC. Tables that the
    warehouse does not have yet are empty.
    """
    make_private_folder(settings.published)
    remove_leftovers(settings.published)
    new = new_path(settings.published, QUALITY)
    with connect(settings) as connection:
        describe_state(connection)
        connection.execute(f"attach {literal(str(new))} as publish_quality")
        connection.execute("create schema publish_quality.quality")
        _write_checks(connection, run_id, outcome)
        write_check_impact(connection, settings)
        _write_ledger(connection)
        _write_sources(connection)
        _copy(connection, "quality", "collection_regime", COLLECTION_REGIME)
        _copy(connection, "quality", "collection_break", COLLECTION_BREAK)
        connection.execute("checkpoint publish_quality")
        connection.execute("detach publish_quality")
    put_in_place(new, settings.published / QUALITY)
    return settings.published / QUALITY


def _copy(connection: duckdb.DuckDBPyConnection, schema: str, table: str, columns: dict[str, str]) -> None:
    relation = relation_or_empty(connection, schema, table, columns)
    connection.execute(f"create table publish_quality.quality.{table} as select * from {relation} order by all")  # noqa: S608


def _write_checks(connection: duckdb.DuckDBPyConnection, run_id: str, outcome: str | None) -> None:
    connection.execute(
        """
        create table publish_quality.quality.last_run as
        select $run_id::varchar as run_id, $outcome::varchar as outcome, now()::timestamp as written_at
        """,
        {"run_id": run_id, "outcome": outcome},
    )
    connection.execute(
        """
        create table publish_quality.quality.check_result as
        with newest_runs as (
            select run_id from publish_result group by run_id order by max(checked_at) desc, run_id limit $runs
        )
        from publish_result
        where run_id in (from newest_runs)
        order by checked_at, room, target, check_name
        """,
        {"runs": RUNS_KEPT},
    )


def _write_sources(connection: duckdb.DuckDBPyConnection) -> None:
    source = relation_or_empty(connection, "raw", "source", SOURCE)
    source_end = relation_or_empty(connection, "raw", "source_end", SOURCE_END)
    connection.execute(
        f"create table publish_quality.quality.source as from {source} left join {source_end} using (source) "
        "order by all"
    )


def _write_ledger(connection: duckdb.DuckDBPyConnection) -> None:
    ledger = relation_or_empty(connection, "raw", "load_ledger", LOAD_LEDGER)
    quarantine = relation_or_empty(connection, "raw", "quarantine", QUARANTINE)
    set_aside = relation_or_empty(connection, "intermediate", "int_register_rows_set_aside", ROWS_SET_ASIDE)
    # a file that was read more than once has kept its rows in one of its readings: the rows set aside leave that one
    connection.execute(f"""
        create or replace temporary table publish_reading as
        select
            {", ".join(LOAD_LEDGER)},
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
    names = ", ".join(QUARANTINE)
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
