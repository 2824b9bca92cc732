"""Ten quota plans calculated by hand, through ingest and the models to the mart, each figure to the cent.

Two companies: one as the settings come, with a fiscal year from January; one with a fiscal year from April that
prorates and spreads. Working days are Monday to Friday less holidays. Of 2025, with New Year off: January 22,
February 20, March 21; April 22, May 22, June 21; July 23, August 21, September 22; October 23, November 20,
December 23. So the quarters have 63, 65, 66 and 66.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from compiled_project import build_models, compiled_project, failed_tests

from orchestration.ingest import ingest
from orchestration.settings import Settings

QUOTA_COLUMNS = "assignee_type,assignee,metric,period_type,period_start,target,currency,effective_from"
STAGES = """source,pipeline,source_stage,stage,stage_order,is_closed,is_won,valid_from,valid_to
generic,,Won,Won,1,true,true,,
"""
RAMP = "role,month_of_tenure,share\nexecutive,1,0.25\nexecutive,2,0.5\nexecutive,3,0.75\n"

PLAIN = {
    "settings.yml": "reporting_currency: USD\n",
    "generic/2025-12-31/reps.csv": """rep_id,name,role,region,team_id,hired_on
R1,Ana,manager,,,
R2,Bo,manager,,,
R3,Dag,manager,Oslo,,
R4,Eva,manager,,,
R5,Fin,executive,,T3,2025-08-01
R6,Gus,manager,,T3,
R7,Hana,manager,,,
R8,Ida,manager,,T4,
R9,Jon,manager,,T4,
R10,Kim,manager,,,
R11,Lou,manager,Rest,,
""",
    "generic/2025-12-31/teams.csv": "team_id,name\nT1,North\nT2,South\nT3,West\nT4,East\n",
    "generic/2025-12-31/team_memberships.csv": """rep_id,team_id,valid_from,valid_to
R2,T1,2025-01-01,2025-06-15
R2,T2,2025-06-16,
""",
    "generic/2025-12-31/opportunities.csv": """opportunity_id,owner_id,stage,created_at,amount,close_date
1,R8,Won,2025-01-06,75000,2025-03-14
""",
    "registers/2025-06-30/stage_map.csv": STAGES,
    "registers/2025-06-30/ramp.csv": RAMP,
    "registers/2025-06-30/leave.csv": "rep_id,from_date,to_date\nR6,2025-08-04,2025-08-15\n",
    "registers/2025-06-30/holidays.csv": """date,region,name
2025-01-01,,New Year
2025-04-17,Oslo,Maundy Thursday
2025-04-18,Oslo,Good Friday
2025-04-21,Oslo,Easter Monday
2025-05-01,Oslo,Labour Day
2025-05-29,Oslo,Ascension Day
2025-06-09,Oslo,Whit Monday
2025-11-03,Rest,Rest
2025-11-04,Rest,Rest
2025-11-05,Rest,Rest
2025-11-06,Rest,Rest
2025-11-07,Rest,Rest
""",
    "registers/2025-06-30/exchange_rates.csv": """month,currency,rate_to_reporting
2025-10-01,EUR,1.1
2025-11-01,EUR,1.12
2025-12-01,EUR,1.155
""",
    "registers/2025-06-30/quotas.csv": f"""{QUOTA_COLUMNS}
rep,Fin,revenue_won,quarter,2025-07-01,90000,,
rep,Gus,revenue_won,quarter,2025-07-01,80000,,
team,West,revenue_won,quarter,2025-07-01,150000,,
""",
    "registers/2025-07-31/quotas.csv": f"""{QUOTA_COLUMNS},reason,approved_by
rep,Ana,revenue_won,quarter,2025-07-01,93000,,,,
rep,Ana,revenue_won,quarter,2025-07-01,260000,,2025-08-20,,
rep,Bo,revenue_won,month,2025-06-01,21000,,,,
rep,Dag,revenue_won,quarter,2025-04-01,59000,,,,
rep,Dag,revenue_won,quarter,2025-04-01,118000,,2025-06-02,,
rep,Eva,revenue_won,month,2025-07-01,10000,,,,
rep,Eva,revenue_won,month,2025-08-01,20000,,,,
rep,Eva,revenue_won,month,2025-08-01,41001,,2025-08-18,,
rep,Eva,revenue_won,month,2025-09-01,30000.50,,,,
rep,Fin,revenue_won,quarter,2025-07-01,100000,,,took over two accounts,Ida
rep,Gus,revenue_won,quarter,2025-07-01,80000,,,confirmed,Ida
team,West,revenue_won,quarter,2025-07-01,150000,,,,
rep,Hana,revenue_won,quarter,2025-10-01,66000,EUR,,,
rep,Hana,units_sold,quarter,2025-10-01,66,EUR,,,
rep,Ida,revenue_won,quarter,2025-01-01,50000,,,,
rep,Kim,revenue_won,quarter,2025-10-01,66000,GBP,,,
rep,Lou,revenue_won,week,2025-11-03,5000,,,,
""",
}

# January 2026 has 21 working days (New Year off), February 20, March 22: the last quarter of the fiscal year has 63,
# and the year 65 + 66 + 66 + 63 = 260
PRORATED = {
    "settings.yml": """reporting_currency: USD
fiscal_year_start_month: 4
prorate_employment: true
prorate_leave: true
apply_ramp: true
spread_quota_by_working_days: true
""",
    "generic/2026-03-31/reps.csv": """rep_id,name,role,team_id,hired_on,ended_on
R1,Kai,manager,,,
R2,Lia,executive,T1,2025-07-14,
R3,Mia,manager,T1,,
R4,Nil,manager,T1,,2025-08-29
R5,Ole,manager,,,
""",
    "generic/2026-03-31/teams.csv": "team_id,name\nT1,North\n",
    "generic/2026-03-31/opportunities.csv": "opportunity_id,owner_id,stage,created_at\n",
    "registers/2026-03-31/stage_map.csv": STAGES,
    "registers/2026-03-31/ramp.csv": RAMP,
    "registers/2026-03-31/leave.csv": """rep_id,from_date,to_date
R3,2025-08-04,2025-08-15
Mia,2025-08-15,2025-08-18
""",
    "registers/2026-03-31/holidays.csv": "date,region,name\n2025-01-01,,New Year\n2026-01-01,,New Year\n",
    "registers/2026-03-31/quotas.csv": f"""{QUOTA_COLUMNS}
rep,Kai,revenue_won,quarter,2025-04-01,65000,,
rep,Kai,revenue_won,quarter,2025-07-01,66000,,
rep,Kai,revenue_won,quarter,2025-10-01,66000,,
rep,Kai,revenue_won,quarter,2026-01-01,64000,,
rep,Kai,revenue_won,quarter,2026-01-01,90000,,2026-02-02
rep,Lia,revenue_won,quarter,2025-07-01,66000,,
rep,Mia,revenue_won,quarter,2025-07-01,100000,,
rep,Nil,revenue_won,quarter,2025-07-01,66000,,
rep,Ole,revenue_won,year,2025-04-01,260000,,
rep,Ole,revenue_won,year,2025-01-01,999,,
""",
}


@dataclass(frozen=True)
class Plan:
    """An expected quota. `amount` is None if it cannot be known."""

    what: str
    assignee: str
    period: str
    amount: str | None
    source: str = "assigned"
    is_partial: bool = False
    metric: str = "revenue_won"


PLAIN_PLANS = [
    # until 19 August 23 + 13 = 36 days, 30 from the 20th: 93,000 * 36/66 + 260,000 * 30/66 = 50,727.27 + 118,181.82
    Plan("revision in mid-period", "Ana", "quarter 2025-07-01", "168909.09"),
    # 10 of June's 21 days until the 15th, 11 from the 16th, at 1,000 a day
    Plan("move of team", "Bo", "month 2025-06-01", "21000"),
    Plan("the team that Bo leaves", "North", "month 2025-06-01", "10000", "rolled_up_members"),
    Plan("the team that Bo joins", "South", "month 2025-06-01", "11000", "rolled_up_members"),
    # Oslo has 6 holidays in the quarter: 59 days, of which 22 - 3 + 22 - 2 = 39 before 2 June and 21 - 1 = 20 from then
    # on: 59,000 * 39/59 + 118,000 * 20/59 = 39,000 + 40,000
    Plan("holidays of the rep's region", "Dag", "quarter 2025-04-01", "79000"),
    # 5 of 5 days of the week are holidays of the region
    Plan("no working day", "Lou", "week 2025-11-03", None),
    # August: 20,000 * 11/21 + 41,001 * 10/21 = 10,476.190 + 19,524.286 = 30,000.476
    Plan("month revised", "Eva", "month 2025-08-01", "30000.48"),
    # 10,000 + 30,000.476 + 30,000.50 = 70,000.976, rounded once
    Plan("months into a quarter", "Eva", "quarter 2025-07-01", "70000.98", "rolled_up_periods"),
    Plan("one quarter of a year", "Eva", "year 2025-01-01", "70000.98", "rolled_up_periods", is_partial=True),
    # joiners, ramp and leave are in the plan already: by default they take nothing off
    Plan("joiner in ramp, by default", "Fin", "quarter 2025-07-01", "100000"),
    Plan("leave, by default", "Gus", "quarter 2025-07-01", "80000"),
    Plan("team assigned below the sum of its members", "West", "quarter 2025-07-01", "150000"),
    # 66,000 euro are 1,000 a day: 23 * 1,100 + 20 * 1,120 + 23 * 1,155 = 25,300 + 22,400 + 26,565
    Plan("foreign currency", "Hana", "quarter 2025-10-01", "74265"),
    Plan("units have no currency", "Hana", "quarter 2025-10-01", "66", metric="units_sold"),
    Plan("currency without a rate", "Kim", "quarter 2025-10-01", None),
    Plan("member without a quota", "East", "quarter 2025-01-01", "50000", "rolled_up_members", is_partial=True),
    # West's own 150,000 and not its members' 180,000; Ana's 168,909.091 and Eva's 70,000.976. Others have none: partial
    Plan("members of the company", "Company", "quarter 2025-07-01", "388910.07", "rolled_up_members", is_partial=True),
]

PRORATED_PLANS = [
    # 64,000 * 21/63 + 90,000 * 42/63 = 21,333.33 + 60,000
    Plan("last quarter of a fiscal year from April", "Kai", "quarter 2026-01-01", "81333.33"),
    # 65,000 + 66,000 + 66,000 + 81,333.33
    Plan("fiscal year from April", "Kai", "year 2025-04-01", "278333.33", "rolled_up_periods"),
    # 1,000 a day: 9 days before the hire at 0; until 13 August 14 + 9 = 23 at 0.25; until 13 September 12 + 10 = 22 at
    # 0.5; the last 12 at 0.75: 5,750 + 11,000 + 9,000
    Plan("ramp of a joiner", "Lia", "quarter 2025-07-01", "25750"),
    # on leave from 4 to 18 August, 11 of 66 days: 100,000 * 55/66
    Plan("leave", "Mia", "quarter 2025-07-01", "83333.33"),
    # until 29 August 23 + 21 = 44 of 66 days
    Plan("leaver", "Nil", "quarter 2025-07-01", "44000"),
    # 25,750 + 83,333.33 + 44,000
    Plan("members prorated", "North", "quarter 2025-07-01", "153083.33", "rolled_up_members"),
    # 260,000 ÷ 260 days are 1,000 a day: 22 days in May; in the week of New Year 29, 30 and 31 December and 2 January
    Plan("year spread to a month", "Ole", "month 2025-05-01", "22000", "spread"),
    Plan("year spread to a week", "Ole", "week 2025-12-29", "4000", "spread"),
    Plan("year spread to a quarter", "Ole", "quarter 2026-01-01", "63000", "spread"),
    # 64,000 ÷ 63 * 21
    Plan("quarter spread to a month", "Kai", "month 2026-01-01", "21333.33", "spread"),
]


def build(factory: pytest.TempPathFactory, files: dict[str, str]) -> Path:
    """The warehouse of a landing folder with these files: the marts of quotas, and the singular tests about them."""
    folder = factory.mktemp("quotas")
    settings = Settings(home=folder, landing=folder / "landing", warehouse=folder / "kuota.duckdb")
    for name, text in files.items():
        path = settings.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    report = ingest(settings, run_id="run")
    assert (report.rows_quarantined, report.values_unparsable) == (0, 0)
    project = compiled_project(factory, files["settings.yml"])
    with duckdb.connect(str(settings.warehouse)) as connection:
        build_models(connection, project, "mart_quota_attainment", "mart_quota_history", "fct_quota_contributions")
        assert failed_tests(connection, project, "assert_quota_") == {}
    return settings.warehouse


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory, PLAIN)


@pytest.fixture(scope="module")
def prorated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory, PRORATED)


def query(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def quota(warehouse: Path, plan: Plan) -> list[tuple[Any, ...]]:
    period_type, period_start = plan.period.split()
    return query(
        warehouse,
        f"""select quota_amount, quota_source, is_partial_quota from marts.mart_quota_attainment
        where assignee_name = '{plan.assignee}' and metric = '{plan.metric}'
        and period_type = '{period_type}' and period_start = '{period_start}'""",
    )


@pytest.mark.parametrize("plan", PLAIN_PLANS, ids=lambda plan: plan.what)
def test_plan_gives_the_amounts_calculated_by_hand(plain: Path, plan: Plan) -> None:
    amount = None if plan.amount is None else Decimal(plan.amount)
    assert quota(plain, plan) == [(amount, plan.source, plan.is_partial)]


@pytest.mark.parametrize("plan", PRORATED_PLANS, ids=lambda plan: plan.what)
def test_prorated_plan_gives_the_amounts_calculated_by_hand(prorated: Path, plan: Plan) -> None:
    amount = None if plan.amount is None else Decimal(plan.amount)
    assert quota(prorated, plan) == [(amount, plan.source, plan.is_partial)]


def test_nothing_is_inherited_from_a_longer_period_by_default(plain: Path) -> None:
    shorter = """select distinct quota_source from marts.mart_quota_attainment
        where assignee_name = 'Ana' and period_type in ('week', 'month') and quota_source is not null"""
    assert query(plain, shorter) == []


def test_over_assignment_and_partial_attainment(plain: Path) -> None:
    # 100,000 + 80,000 to 150,000
    assert query(
        plain,
        """select over_assignment_ratio from marts.mart_quota_attainment
        where assignee_name = 'West' and period_type = 'quarter' and quota_amount is not null""",
    ) == [(1.2,)]
    # 75,000 of 50,000; the team's quota is partial, because Jon has none
    rows = query(
        plain,
        """select assignee_name, actual_amount, attainment_ratio, pace_ratio, gap_amount
        from marts.mart_quota_attainment where assignee_name in ('Ida', 'East') and metric = 'revenue_won'
        and period_type = 'quarter' and period_start = '2025-01-01' order by 1""",
    )
    assert rows == [("East", 75000, None, None, -25000), ("Ida", 75000, 1.5, 1.5, -25000)]


def test_plan_as_it_was_known_before_the_newer_register(plain: Path) -> None:
    rows = query(
        plain,
        """select
            assignee_name, known_from::varchar, known_to::varchar, quota_amount, changed_by_amount, reason, approved_by
        from marts.mart_quota_history where assignee_name in ('Fin', 'Gus') order by all""",
    )
    assert rows == [
        ("Fin", "2025-06-30", "2025-07-30", 90000, None, None, None),
        ("Fin", "2025-07-31", None, 100000, 10000, "took over two accounts", "Ida"),
        # a reason without a change of the amount is none of a change
        ("Gus", "2025-06-30", None, 80000, None, None, None),
    ]


def test_what_a_quota_is_made_of_down_to_the_line(plain: Path) -> None:
    rows = query(
        plain,
        """select assigned_to_id, effective_from::varchar, working_days, round(contributed_amount, 2), source_row
        from marts.fct_quota_contributions
        where assignee_id = 'company' and period_type = 'quarter' and period_start = '2025-07-01'
        order by all""",
    )
    assert rows == [
        ("generic:R1", "2025-07-01", 36, Decimal("50727.27"), 2),
        ("generic:R1", "2025-08-20", 30, Decimal("118181.82"), 3),
        ("generic:R4", "2025-07-01", 23, 10000, 7),
        ("generic:R4", "2025-08-01", 11, Decimal("10476.19"), 8),
        ("generic:R4", "2025-08-18", 10, Decimal("19524.29"), 9),
        ("generic:R4", "2025-09-01", 22, Decimal("30000.50"), 10),
        # of the first register: the newer one says the same
        ("generic:T3", "2025-07-01", 66, 150000, 4),
    ]
    # of Bo's 21,000 the days in South
    assert query(
        plain,
        """select assigned_to_id, working_days, contributed_amount, source_row from marts.fct_quota_contributions
        where assignee_id = 'generic:T2' and period_type = 'month'""",
    ) == [("generic:R2", 11, 11000, 4)]
