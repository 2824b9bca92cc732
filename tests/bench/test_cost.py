"""The measured company is the same every time and adds up from day to day; rooms are read from progress messages."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from bench.cost.company import CHANGING, Size, build_company, write_extracts, write_registers
from bench.cost.measure import FLOOR_SQL, copy_of_project, run_floor, seconds_of_rooms
from orchestration.ingest.source_config import load_source_configs

SIZE = Size(reps=20, deals=20_000, activities=20_000, accounts=400, months=12)
KEYS = {
    "leads": "lead_id",
    "opportunities": "opportunity_id",
    "stage_events": "opportunity_id, changed_at, to_stage",
    "activities": "activity_id",
}


@pytest.fixture(scope="module")
def company() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    build_company(connection, SIZE)
    return connection


@pytest.mark.parametrize("name", CHANGING)
def test_a_day_of_changes_on_top_of_the_day_before_is_the_full_extract(
    company: duckdb.DuckDBPyConnection, name: str
) -> None:
    end = SIZE.last_day + timedelta(days=1)
    before = f"{name}(timestamp '1970-01-01', timestamp '{end}')"
    changes = f"{name}(timestamp '{end}', timestamp '{end + timedelta(days=1)}')"
    after = f"{name}(timestamp '1970-01-01', timestamp '{end + timedelta(days=1)}')"
    merged = f"(from {changes} union all from {before} anti join {changes} using ({KEYS[name]}))"
    assert company.sql(f"select count(*) from {changes}").fetchall() > [(0,)]
    assert company.sql(f"from {merged} except all from {after}").fetchall() == []
    assert company.sql(f"from {after} except all from {merged}").fetchall() == []


def test_the_floor_counts_every_won_deal_and_every_activity(company: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    landing, day = tmp_path / "landing", SIZE.last_day
    write_registers(company, landing, day)
    write_extracts(company, landing, day)
    with duckdb.connect() as floor:
        for source in ("generic", "registers"):
            floor.execute(f"set variable {source} = '{landing / source / day.isoformat()}'")
        floor.execute(FLOOR_SQL.read_text())
        actuals = floor.sql(
            "select metric, sum(actual_amount) from mart_quota_attainment "
            "where segment_type = 'company' and period_type = 'year' group by all"
        ).fetchall()
        [closed] = floor.sql(
            "select sum(denominator) from mart_win_rate where segment_type = 'team' and period_type = 'week'"
        ).fetchall()
    known = f"(timestamp '1970-01-01', timestamp '{day + timedelta(days=1)}')"
    expected = company.sql(
        f"select 'revenue_won', sum(amount) from opportunities{known} where stage = 'Won' "
        f"union all select 'deals_won', count(*) from opportunities{known} where stage = 'Won' "
        f"union all select 'pipeline_created', sum(amount) from opportunities{known} "
        f"union all select type || 's', count(*) from activities{known} group by all"
    ).fetchall()
    assert {metric: int(amount) for metric, amount in actuals if amount is not None} == dict(expected)
    # each deal in the team of its owner and in the team above it
    assert closed == company.sql(f"select 2 * count(closed_at) from opportunities{known}").fetchone()
    assert run_floor(landing, day).rows > 0


def test_seconds_of_rooms() -> None:
    lines = [
        "   1.0 s  start: Dagster and dbt",
        "   5.3 s  generic rep: 20 rows read in 1 files, 0 kept",
        "   5.5 s  generic activity: 9,170 rows read in 1 files, 37 kept",
        "   8.6 s  raw.generic__lead: 2 passed",
        "  10.1 s  dbt starts",
        "  16.4 s  dbt has built and tested 50 of 387 models and checks",
        "  40.2 s  marts.mart_lead_response: 3 passed",
        "  45.0 s  reports: kuota_quality.duckdb, Data Docs, ops page",
        "published   2026-09-30-73c6e40828e8, as of 2026-09-30: 45 tables, 185,032 rows",
    ]
    seconds = {"start": 5.3, "ingest": 3.3, "checks of raw": 1.5, "models": 30.1, "checks of marts": 4.8, "reports": 0}
    assert seconds_of_rooms(lines) == pytest.approx(seconds)
    assert seconds_of_rooms(["unchanged  nothing new"]) == {}


def test_the_copy_of_the_project_reads_changes_of_the_objects_that_it_names(tmp_path: Path) -> None:
    project = copy_of_project(tmp_path / "project", ("opportunity", "activity"))
    objects = load_source_configs(project / "sources")["generic"].objects
    assert {name for name, found in objects.items() if found.extract == "delta"} == {"opportunity", "activity"}
