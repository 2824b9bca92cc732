"""The tables that several rooms share are described once; what has to repeat a column list is compared with it."""

import re
from dataclasses import fields

import duckdb
import pytest

from orchestration.guard import CheckResult
from orchestration.settings import PROJECT
from orchestration.tables import CHECK_RESULT, COLLECTION_BREAK, COLLECTION_REGIME, MODEL_BUILD, Table
from orchestration.transform.breaks import BREAK_TYPES
from orchestration.yaml_file import load_yaml

DBT = PROJECT / "dbt_project"


def test_a_table_is_made_and_filled_by_its_own_statements() -> None:
    table = Table("main", "pairs", {"name": "varchar", "value": "bigint"})
    with duckdb.connect() as connection:
        connection.execute(table.create_statement)
        connection.execute(table.insert_statement, ["a", 1])
        assert connection.execute("from main.pairs").fetchall() == [("a", 1)]


def test_a_result_of_the_guard_has_the_columns_of_its_table() -> None:
    assert [field.name for field in fields(CheckResult)] == list(CHECK_RESULT.columns)


@pytest.mark.parametrize("table", [CHECK_RESULT, MODEL_BUILD])
def test_dbt_records_its_results_in_columns_of_the_table(table: Table) -> None:
    macro = (DBT / "macros" / "record_results.sql").read_text(encoding="utf-8")
    found = re.search(rf"insert into {table.full_name} \(([^)]*)\)", macro)
    assert found is not None
    named = [name.strip() for name in found[1].split(",")]
    # dbt does not know how many rows were checked, and the sample rows are added after the build
    assert set(table.columns) - set(named) <= {"element_count", "sample_keys"}
    assert set(named) <= set(table.columns)


@pytest.mark.parametrize("table", [COLLECTION_BREAK, COLLECTION_REGIME])
def test_the_contract_of_the_model_is_the_same(table: Table) -> None:
    models = [
        model
        for path in (DBT / "models").rglob("*.yml")
        for model in load_yaml(path)[0].get("models", [])
        if model["name"] == table.name
    ]
    [model] = models
    assert {column["name"]: column["data_type"] for column in model["columns"]} == dict(table.columns)


def test_a_detected_break_has_the_types_of_a_break() -> None:
    shared = {name: column_type for name, column_type in BREAK_TYPES.items() if name in COLLECTION_BREAK.columns}
    assert {"break_id", "kind", "starts_on", "evidence"} <= shared.keys()
    assert shared == {name: COLLECTION_BREAK.columns[name] for name in shared}
