"""A hand-written extract in a warehouse of its own: ingested for real, then through the models by compiled SQL."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from compiled_project import build_models, compiled_project, failed_tests

from orchestration.guard import validate
from orchestration.ingest import ingest
from orchestration.settings import Settings

Rows = list[tuple[Any, ...]]


def build(landing: Path, factory: pytest.TempPathFactory) -> Path:
    """The warehouse of the `landing` folder, every row of which can be read, with every model built and tested."""
    home = factory.mktemp("home")
    settings = Settings(home=home, landing=landing, warehouse=home / "kuota.duckdb")
    report = ingest(settings, run_id="run")
    assert (report.rows_quarantined, report.values_unparsable, report.warnings) == (0, 0, [])
    company = landing / "settings.yml"
    project = compiled_project(factory, company.read_text() if company.exists() else "")
    with duckdb.connect(str(settings.warehouse)) as connection:
        build_models(connection, project)
        failed = failed_tests(connection, project)
        assert failed == {}, failed
    return settings.warehouse


def columns_of(warehouse: Path, source: str, entity: str) -> Rows:
    """The columns of a staging model in their order, with their types."""
    return query(warehouse, f"select column_name, column_type from (describe staging.stg_{source}__{entity})")


def not_passed(settings: Settings, targets: list[str]) -> set[tuple[str, str, str]]:
    """The checks of raw tables that did not pass, with table and severity."""
    results = validate(settings, "raw", run_id="run", targets=targets)
    return {(result.target, result.check_name, result.severity) for result in results if result.status != "passed"}


def query(warehouse: Path, sql: str) -> Rows:
    """What the built warehouse answers."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()
