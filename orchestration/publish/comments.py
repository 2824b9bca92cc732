"""What tables and columns are, as comments that a reader finds in the published files."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from orchestration.publish.state import identifier, literal
from orchestration.yaml_file import load_yaml

QUALITY_TABLES = Path(__file__).with_name("quality_tables.yml")

Comments = Mapping[str | None, str]
"""By column; that of the table has the key None."""


def comments_of(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> Comments:
    """The comments on a table of the warehouse and on its columns."""
    found = connection.execute(
        """
        with described as (
            select database_name, schema_name, table_name, null as column_name, comment from duckdb_tables()
            union all
            select database_name, schema_name, table_name, column_name, comment from duckdb_columns()
        )
        select column_name, comment from described
        where database_name = current_database() and schema_name = ? and table_name = ? and comment is not null
        """,
        [schema, table],
    ).fetchall()
    return dict(found)


def comments_on_quality() -> dict[str, Comments]:
    """By table of kuota_quality.duckdb, what quality_tables.yml says."""
    content, _ = load_yaml(QUALITY_TABLES)
    return {table: {None: it["description"], **it["columns"]} for table, it in content.items()}


def write_comments(connection: duckdb.DuckDBPyConnection, table: str, comments: Comments) -> None:
    """Comment on `table`, whose name is quoted as SQL needs it, and on its columns."""
    targets = [
        (f"column {table}.{identifier(column)}" if column else f"table {table}", text)
        for column, text in comments.items()
    ]
    statements = [f"comment on {target} is {literal(text)}" for target, text in targets]
    # one transaction: each has to be written to the disk
    connection.execute("; ".join(["begin", *statements, "commit"]))
