"""Twice the company has about twice the rows, in every table on the way: nothing pairs all with all."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from bench.cost.company import Size, build_company, write_extracts, write_registers
from tests.e2e.kuota_home import KuotaHome

SMALL = Size(reps=10, deals=800, activities=4000, accounts=200, months=6)
DOUBLED = replace(SMALL, reps=20, deals=1600, activities=8000, accounts=400)
MOST_GROWTH = 2.5
FEW = 200
"""A table of fewer rows may grow by chance."""


@pytest.mark.slow
def test_no_table_grows_faster_than_the_company(tmp_path: Path) -> None:
    before, after = (rows_of_tables(size, tmp_path / str(size.deals)) for size in (SMALL, DOUBLED))
    assert before.keys() == after.keys() and len(before) > 100
    grown = {
        table: (before[table], after[table]) for table in before if after[table] > MOST_GROWTH * max(before[table], FEW)
    }
    assert grown == {}


def rows_of_tables(size: Size, folder: Path) -> dict[str, int]:
    """The rows of every table and view of the warehouse after a full run."""
    kuota = KuotaHome(folder / "home", folder / "landing")
    with duckdb.connect() as company:
        build_company(company, size)
        write_registers(company, kuota.landing, size.last_day)
        write_extracts(company, kuota.landing, size.last_day)
    ended = kuota.kuota("run")
    assert ended.exit_code == 0, ended.complained
    with duckdb.connect(str(kuota.home / "warehouse" / "kuota.duckdb"), read_only=True) as warehouse:
        tables = warehouse.execute(
            "select table_schema, table_name from information_schema.tables where table_schema <> 'quality'"
        ).fetchall()
        return {
            f"{schema}.{name}": row[0]
            for schema, name in tables
            if (row := warehouse.execute(f'select count(*) from "{schema}"."{name}"').fetchone())
        }
