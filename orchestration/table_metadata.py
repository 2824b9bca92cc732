"""What Dagster shows of a table after it was written: rows, columns and seconds."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
from dagster import TableColumn, TableSchema

Descriptions = Mapping[str, str]


def table_metadata(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[tuple[str, str]], descriptions: Mapping[str, Descriptions]
) -> dict[str, dict[str, Any]]:
    """For each table (schema and name) that exists, by "schema.table": its number of rows and its columns.

    `descriptions` are those of the columns, by "schema.table".
    """
    found = connection.execute(
        """
        select table_schema || '.' || table_name, column_name, lower(data_type)
        from information_schema.columns
        where table_catalog = current_database()
        order by table_schema, table_name, ordinal_position
        """
    ).fetchall()
    columns: dict[str, list[TableColumn]] = {}
    for table, name, column_type in found:
        description = descriptions.get(table, {}).get(name) or None
        columns.setdefault(table, []).append(TableColumn(name, column_type, description))
    existing = [(schema, name) for schema, name in tables if f"{schema}.{name}" in columns]
    counts = _row_counts(connection, existing)
    return {
        table: {"dagster/row_count": rows, "dagster/column_schema": TableSchema(columns[table])}
        for table, rows in counts.items()
    }


def _row_counts(connection: duckdb.DuckDBPyConnection, tables: Sequence[tuple[str, str]]) -> dict[str, int]:
    counts = {}
    for schema, name in tables:
        counted = connection.execute(f'select count(*) from "{schema}"."{name}"').fetchone()  # noqa: S608 (our own names)
        counts[f"{schema}.{name}"] = counted[0] if counted else 0
    return counts
