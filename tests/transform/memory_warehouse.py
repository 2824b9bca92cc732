"""The project's compiled SQL in an in-memory DuckDB, on given rows of staging: without dbt for each example."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import duckdb
from compiled_project import CompiledProject, Model

Row = dict[str, Any]
Company = Mapping[str, Sequence[Row]]
"""Rows by staging model; what a row does not give is null, or the usual origin of a row."""

AS_OF = "2025-06-30"
# the end of AS_OF in the time zone of SETTINGS
AS_OF_AT = f"{AS_OF} 16:59:59"


class MemoryWarehouse:
    """A warehouse that holds one company at a time."""

    def __init__(self, project: CompiledProject) -> None:
        self.project = project
        self.connection = duckdb.connect()
        self._run("set threads = 1", "set TimeZone = 'UTC'", "attach ':memory:' as kuota", "use kuota")
        self._run(*(f"create schema {schema}" for schema in ("raw", "staging", "intermediate", "marts", "quality")))
        self._run(f"attach '{project.bare_warehouse}' as bare (read_only)")
        for (table,) in self.rows(
            "select table_name from duckdb_tables() where database_name = 'bare' and schema_name = 'raw'"
        ):
            self._run(f"create table raw.{table} as from bare.raw.{table} limit 0")
        self._run("insert into raw.source from bare.raw.source", "detach bare")
        self._run(
            f"insert into raw.load_ledger by name select 'generic' as source, timestamp '{AS_OF_AT}' as extracted_at"
        )
        self._given = [model for model in project.models.values() if model.schema == "staging"]
        self._constant = {model.name for model in project.models.values() if not model.parents} - {
            model.name for model in self._given
        }
        self._staged = {model.name for model in project.needed_for(*(model.name for model in self._given))}
        for model in project.models.values():
            if model.name in self._staged or model.name in self._constant:
                self._build(model)

    def build(self, company: Company, *marts: str, instead: Mapping[str, str] | None = None) -> None:
        """Load the company's rows and build the models behind `marts`, some of them by other queries `instead`."""
        self._build_behind(company, marts, {}, instead or {})

    def build_on_top(self, company: Company, additions: Mapping[str, str]) -> None:
        """The same for incremental models, whose tables are there: see incremental_queries."""
        self._build_behind(company, tuple(additions), additions, {})

    def _build_behind(
        self, company: Company, marts: Sequence[str], additions: Mapping[str, str], instead: Mapping[str, str]
    ) -> None:
        assert set(company) <= {model.name for model in self._given}
        self._run("begin")
        for model in self._given:
            self._run(f"delete from {model.relation}")
            if rows := company.get(model.name):
                self._run(_insert(model.relation, rows))
        for model in self.project.needed_for(*marts):
            if model.name in additions:
                self._add(model, additions[model.name])
            elif model.name not in self._staged and model.name not in self._constant:
                self._build(replace(model, query=instead.get(model.name, model.query)))
        self._run("commit")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(query).fetchall()

    def contents(self, mart: str, *, without: str = "", where: str = "true") -> list[tuple[Any, ...]]:
        """The mart's rows, sorted, without the columns `without`."""
        columns = f"* exclude ({without})" if without else "*"
        return self.rows(f"select {columns} from marts.{mart} where {where} order by all")

    def _build(self, model: Model) -> None:
        self._run(f"create or replace table {model.relation} as {model.query}")

    def _add(self, model: Model, query: str) -> None:
        """As macros/materializations.sql does it."""
        key, table = model.unique_key, model.relation
        self._run(
            f"create or replace temporary table groups_found as {query}",
            f"delete from {table} where {key} not in (select {key} from groups_found)",
            f"insert into {table} by name from groups_found where {key} not in (select {key} from {table})",
        )

    def _run(self, *statements: str) -> None:
        for statement in statements:
            self.connection.execute(statement)


def _insert(relation: str, rows: Sequence[Row]) -> str:
    whole = [_origin(relation, number, row) | row for number, row in enumerate(rows, start=2)]
    columns = sorted({column for row in whole for column in row})
    values = ", ".join(f"({_literals(row.get(column) for column in columns)})" for row in whole)
    return f"insert into {relation} by name select * from (values {values}) as given ({', '.join(columns)})"


def _origin(relation: str, number: int, row: Row) -> Row:
    content = json.dumps(row, sort_keys=True, default=str)
    key = next((row[column] for column in row if column.endswith("_key")), content)
    return {
        **{"source_file": relation, "source_row": number, "source_key": key, "row_hash": content},
        **{"extracted_at": AS_OF_AT, "is_current": True},
    }


def _literals(values: Iterable[Any]) -> str:
    return ", ".join(_literal(value) for value in values)


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int | Decimal):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"
