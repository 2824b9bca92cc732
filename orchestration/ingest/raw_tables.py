"""The tables of schema raw: created if missing, emptied if their layout changed (decision 0001)."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

import duckdb

from orchestration.ingest.landing import end_of_day
from orchestration.ingest.source_config import ObjectConfig, SourceConfig
from orchestration.tables import LAYOUT, LOAD_LEDGER, QUARANTINE, SOURCE, SOURCE_END, SOURCE_TIME_ZONE, Table
from orchestration.warehouse import transaction

RAW_LAYOUT = 7
"""Increase it with any change to what raw holds for the same files: the next run then reads everything again."""

RECORDS = (LAYOUT, LOAD_LEDGER, QUARANTINE, SOURCE, SOURCE_TIME_ZONE, SOURCE_END)
"""What the room records in addition to the extracts."""

SYSTEM_COLUMNS = """
    _extras varchar,
    _key varchar,
    _key_ordinal integer,
    _source_file varchar,
    _source_row bigint,
    _extracted_at timestamp,
    _loaded_at timestamp,
    _row_hash varchar,
    _superseded_at timestamp,
    _is_tombstone boolean
"""


def quoted(identifier: str) -> str:
    """One of our own identifiers, also if it is a word of SQL, such as 'date'."""
    return '"' + identifier.replace('"', '""') + '"'


def column_list(config: ObjectConfig, prefix: str = "") -> str:
    """The declared columns of an object, comma-separated, each with a `prefix` such as `staged.`"""
    return ", ".join(prefix + quoted(name) for name in config.columns)


def prepare_raw(
    connection: duckdb.DuckDBPyConnection,
    configs: Mapping[str, SourceConfig],
    zone: ZoneInfo,
    emptied: Iterable[str],
    ended: Mapping[str, date],
) -> None:
    """Create missing tables, empty the sources named in `emptied`, and record sources, time zones and end dates.

    In one transaction: a run that dies leaves everything as it was.
    """
    with transaction(connection):
        connection.execute("create schema if not exists raw")
        for table in RECORDS:
            connection.execute(table.create_statement)
            for column, column_type in table.columns.items():
                # of a warehouse that an earlier version has made
                connection.execute(f"alter table {table.full_name} add column if not exists {column} {column_type}")
        for source in emptied:
            _forget(connection, source)
        for config in configs.values():
            for name, found in config.objects.items():
                columns = ", ".join(f"{quoted(column)} varchar" for column in found.columns)
                connection.execute(f"create table if not exists {config.raw_table(name)} ({columns}, {SYSTEM_COLUMNS})")
            connection.execute("delete from raw.layout where source = ?", [config.source])
            fingerprint = config.layout_fingerprint(RAW_LAYOUT, zone.key)
            connection.execute("insert into raw.layout values (?, ?)", [config.source, fingerprint])
        _describe_sources(connection, configs, zone, ended)


def changed_layouts(
    connection: duckdb.DuckDBPyConnection, configs: Mapping[str, SourceConfig], zone: ZoneInfo
) -> list[str]:
    """The sources whose raw tables were built with another layout, YAML or reporting time zone."""
    if not table_exists(connection, "layout"):
        return []
    known = dict(connection.execute("select source, fingerprint from raw.layout").fetchall())
    return [
        config.source
        for config in configs.values()
        if known.get(config.source, "") not in ("", config.layout_fingerprint(RAW_LAYOUT, zone.key))
    ]


def table_exists(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether schema raw has the table or view `name`."""
    found = connection.execute(
        "select 1 from information_schema.tables where table_schema = 'raw' and table_name = ?", [name]
    )
    return found.fetchone() is not None


def _forget(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    tables = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'raw' and starts_with(table_name, ?)",
        [f"{source}__"],
    ).fetchall()
    for (table,) in tables:
        connection.execute(f"drop table raw.{quoted(table)}")
    for table in ("load_ledger", "quarantine", "layout"):
        connection.execute(f"delete from raw.{table} where source = ?", [source])


def _describe_sources(
    connection: duckdb.DuckDBPyConnection,
    configs: Mapping[str, SourceConfig],
    zone: ZoneInfo,
    ended: Mapping[str, date],
) -> None:
    sources = [
        (
            config.source,
            config.kind,
            config.owner,
            config.expected_every_days,
            config.default_currency,
            config.lost_amount_is_blank,
            config.description,
        )
        for config in configs.values()
    ]
    zones = [
        (config.source, span.time_zone, span.valid_from, span.valid_to)
        for config in configs.values()
        for span in config.time_zones
    ] + [(config.source, zone.key, None, None) for config in configs.values() if not config.time_zones]
    _rewrite(connection, SOURCE, sources)
    _rewrite(connection, SOURCE_TIME_ZONE, zones)
    _rewrite(connection, SOURCE_END, [(source, day, end_of_day(day, zone)) for source, day in ended.items()])


def _rewrite(connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[tuple[object, ...]]) -> None:
    # left alone if nothing differs, so that a second run writes nothing
    if sorted(connection.execute(f"from {table.full_name}").fetchall(), key=str) == sorted(rows, key=str):
        return
    connection.execute(f"delete from {table.full_name}")
    if rows:
        connection.executemany(table.insert_statement, rows)
