"""dbt unit tests: rules of docs/metrics.md on the smallest rows that show them, run by dbt on an empty warehouse."""

import shutil

import duckdb
import pytest
from compiled_project import build_models, compiled_project, give_parsed_project, home_settings
from dbt_child import dbt

from orchestration.settings import Settings


@pytest.fixture(scope="module")
def bare_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home whose warehouse has every raw table and every model, and no rows but one holiday."""
    settings = home_settings(tmp_path_factory.mktemp("home"))
    give_parsed_project(tmp_path_factory, settings)
    project = compiled_project(tmp_path_factory)
    shutil.copyfile(project.bare_warehouse, settings.warehouse)
    with duckdb.connect(str(settings.warehouse)) as connection:
        build_models(connection, project)
    return settings


def test_every_rule_holds_on_its_smallest_rows(bare_warehouse: Settings) -> None:
    # the relations of a unit test's parents must exist, so that dbt knows their types; they need no rows
    tested = dbt(bare_warehouse, "test", "--select", "test_type:unit")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "unit_test" in tested.stdout, "dbt found no unit tests"


def test_rows_that_no_model_reads_are_named(bare_warehouse: Settings) -> None:
    """Rows that a CRM's YAML delivers and that are missing from the list of entities."""
    loaded = "insert into raw.load_ledger (source, object) values "
    with duckdb.connect(str(bare_warehouse.warehouse)) as connection:
        # HubSpot's pipelines are not rows to count, its leads are read
        connection.execute(loaded + "('hubspot', 'stage'), ('hubspot', 'lead'), ('hubspot', 'team'), ('fifth', 'lead')")
    tested = dbt(bare_warehouse, "test", "--select", "assert_every_object_is_read", "--store-failures")
    assert tested.returncode == 1, tested.stdout + tested.stderr
    with duckdb.connect(str(bare_warehouse.warehouse)) as connection:
        connection.execute("delete from raw.load_ledger where source in ('hubspot', 'fifth')")
        [failures] = connection.execute(
            "select table_schema from information_schema.tables where table_name = 'assert_every_object_is_read'"
        ).fetchall()
        messages = connection.execute(f"select message from {failures[0]}.assert_every_object_is_read order by 1")
        assert messages.fetchall() == [
            ("fifth: rows of its object lead were loaded, and no model reads them",),
            ("hubspot: rows of its object team were loaded, and no model reads them",),
        ]
