"""The dbt unit tests: rules of METRICS.md on the smallest rows that show them, run by dbt on an empty warehouse."""

import duckdb
import pytest
from dbt_child import dbt

from orchestration.ingest import ingest
from orchestration.settings import Settings


@pytest.fixture(scope="module")
def bare_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with one holiday as its only extract, so that the warehouse has every raw table and almost no rows."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, landing=home / "landing", warehouse=home / "warehouse" / "kuota.duckdb")
    holidays = settings.landing / "registers" / "2025-01-31" / "holidays.csv"
    holidays.parent.mkdir(parents=True)
    holidays.write_text("date,region,name\n2025-01-01,,New Year\n")
    ingest(settings, run_id="empty")
    return settings


def test_every_rule_holds_on_its_smallest_rows(bare_warehouse: Settings) -> None:
    # The relations of a unit test's parents must exist, so that dbt knows their types; they need no rows.
    built = dbt(bare_warehouse, "build", "--empty", "--exclude-resource-type", "test", "unit_test")
    assert built.returncode == 0, built.stdout + built.stderr
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
