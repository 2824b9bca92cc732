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
    return {
        f"{schema}.{name}": _row_count(connection, schema, name)
        | {"dagster/column_schema": TableSchema(columns[f"{schema}.{name}"])}
        for schema, name in existing
    }


def _row_count(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> dict[str, Any]:
    try:
        counted = connection.execute(f'select count(*) from "{schema}"."{name}"').fetchone()  # noqa: S608 (our own names)
    except duckdb.Error:
        # a view may fail on its rows; that is for its checks and its readers to report
        return {}
    return {"dagster/row_count": counted[0] if counted else 0}
