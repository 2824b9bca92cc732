"""A company whose months are not those of the calendar: 4, 4 and 5 weeks from 29 December 2025, by its register."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from compiled_project import SETTINGS, build_models, compiled_project, failed_tests

from orchestration.ingest import ingest
from orchestration.settings import Settings

WEEKS = (4, 4, 5)
FIRST_DAY = date(2024, 12, 30)
DEALS = {
    # the last day of the first quarter, and the first of the second; both are in March of the calendar
    "D1": ("2026-03-29", 1000),
    "D2": ("2026-03-30", 200),
    # a day of the first fiscal month that is in the year before by the calendar
    "D3": ("2025-12-29", 30),
    "D4": ("2025-03-01", 4),
    # before the register begins: in a week only
    "D5": ("2024-11-05", 5),
}


def periods(years: int = 2, gap: bool = False) -> str:
    """The register: `years` fiscal years of twelve months from 2025 on, without February 2026 if there is a `gap`."""
    starts_on, rows = FIRST_DAY, []
    for number in range(12 * years):
        ends_on = starts_on + timedelta(weeks=WEEKS[number % 3], days=-1)
        year, month = 2025 + number // 12, number % 12 + 1
        if not (gap and (year, month) == (2026, 2)):
            rows.append(f"{year},{(month + 2) // 3},{month},{starts_on},{ends_on}")
        starts_on = ends_on + timedelta(days=1)
    return "\n".join(["fiscal_year,fiscal_quarter,fiscal_month,starts_on,ends_on", *rows, ""])


def build(folder: Path, factory: pytest.TempPathFactory, register: str, *also: str) -> tuple[Path, dict[str, str]]:
    """The warehouse, and what the test of the register says."""
    deals = "".join(f"{key},R1,Won,2024-10-01,{amount},USD,{day}\n" for key, (day, amount) in DEALS.items())
    files = {
        "settings.yml": SETTINGS,
        "registers/2026-04-30/fiscal_periods.csv": register,
        "registers/2026-04-30/stage_map.csv": "source,pipeline,source_stage,stage,stage_order,is_closed,is_won,"
        "valid_from,valid_to\ngeneric,,Won,Won,1,true,true,,\n",
        # the second quota begins with a month of the calendar, which is none of the company
        "registers/2026-04-30/quotas.csv": "assignee_type,assignee,metric,period_type,period_start,target,currency,"
        "effective_from\nrep,R1,revenue_won,quarter,2025-12-29,2000,USD,\n"
        "rep,R1,revenue_won,quarter,2026-04-01,99,USD,\n",
        # the CRM reports quarters of the calendar
        "registers/2026-04-30/crm_totals.csv": "source,metric,period_type,period_start,scope_type,scope,"
        "amount,read_on\n"
        "generic,revenue_won,quarter,2026-01-01,company,company,1200,2026-04-30\n",
        "generic/2026-04-30/reps.csv": "rep_id,name\nR1,Ana\n",
        "generic/2026-04-30/opportunities.csv": "opportunity_id,owner_id,stage,created_at,amount,currency,close_date\n"
        + deals,
    }
    settings = Settings(home=folder, landing=folder / "landing", warehouse=folder / "kuota.duckdb")
    for name, text in files.items():
        path = settings.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    ingest(settings, run_id="run")
    project = compiled_project(factory, SETTINGS)
    with duckdb.connect(str(settings.warehouse)) as connection:
        build_models(connection, project, "mart_quota_attainment", "dim_dates", "mart_exclusion", *also)
        failed = failed_tests(connection, project, "assert_fiscal_periods_")
    return settings.warehouse, {name: str(rows[0][0]) for name, rows in failed.items()}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built, failed = build(tmp_path_factory.mktemp("fiscal"), tmp_path_factory, periods(), "mart_tie_out")
    assert failed == {}
    return built


def test_deals_are_summed_by_the_months_quarters_and_years_of_the_company(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute("""
            select
                period_type, period_start::varchar, period_end::varchar, actual_amount::integer, quota_amount::integer
            from marts.mart_quota_attainment
            where assignee_type = 'rep' and metric = 'revenue_won' and period_type <> 'week' and actual_amount <> 0
            order by all
        """).fetchall()
    assert found == [
        ("month", "2025-02-24", "2025-03-30", 4, None),
        ("month", "2025-12-29", "2026-01-25", 30, None),
        ("month", "2026-02-23", "2026-03-29", 1000, None),
        ("month", "2026-03-30", "2026-04-26", 200, None),
        ("quarter", "2024-12-30", "2025-03-30", 4, None),
        ("quarter", "2025-12-29", "2026-03-29", 1030, 2000),
        ("quarter", "2026-03-30", "2026-06-28", 200, None),
        ("year", "2024-12-30", "2025-12-28", 4, None),
        ("year", "2025-12-29", "2026-12-27", 1230, 2000),
    ]


def test_a_quarter_of_the_calendar_is_tied_out_with_that_of_the_company(warehouse: Path) -> None:
    """The CRM's quarter ends on 31 March: it has D1 and D2, Kuota's has D1 and D3."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute("""
            select step, step_amount::integer, kuota_period_start::varchar, kuota_amount::integer, status
            from marts.mart_tie_out where step_amount <> 0
        """).fetchall()
    assert found == [("period", -170, "2025-12-29", 1030, "tied")]


def test_a_day_before_the_register_is_in_a_week_only(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        weeks = connection.execute("""
            select period_type, period_start::varchar from marts.mart_quota_attainment
            where assignee_type = 'rep' and metric = 'revenue_won' and actual_amount = 5
        """).fetchall()
        days = connection.execute("""
            select "date"::varchar, fiscal_year, fiscal_quarter, fiscal_month from marts.dim_dates
            where "date" in ('2024-11-05', '2024-12-30', '2025-12-28', '2026-04-30') order by all
        """).fetchall()
    assert weeks == [("week", "2024-11-04")]
    assert days == [
        ("2024-11-05", None, None, None),
        ("2024-12-30", 2025, 1, 1),
        ("2025-12-28", 2025, 4, 12),
        ("2026-04-30", 2026, 2, 5),
    ]


def test_a_quota_that_begins_within_a_period_is_listed(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        listed = connection.execute("""
            select source_row, reason from marts.mart_exclusion where object = 'quota'
        """).fetchall()
    assert listed == [(3, "not_the_first_day_of_a_period")]


def test_a_register_that_leaves_days_out_or_ends_too_early_stops_the_publish(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = "assert_fiscal_periods_follow_one_another"
    file = "registers/2026-04-30/fiscal_periods.csv"
    _, failed = build(tmp_path / "gap", tmp_path_factory, periods(gap=True))
    assert failed == {
        name: f"{file}, line 15: the period begins on 2026-02-23, and the one before it ends on 2026-01-25"
    }
    _, failed = build(tmp_path / "early", tmp_path_factory, periods(years=1))
    assert failed == {
        name: f"{file}: the last period ends on 2025-12-28, before 2026-04-30, the day of the newest extract"
    }
