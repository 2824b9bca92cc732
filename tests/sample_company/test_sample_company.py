"""The sample company, as a user meets it: its files, what they say, and the truth that goes with them."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from sample_company import Truth, generate
from sample_company.extract import Company
from sample_company.truth import credit

DAYS = ["2026-07-31", "2026-08-31", "2026-09-30"]
COLUMNS = {
    "reps": "rep_id,name,email,role,segment,team_id,manager_id,region,time_zone,hired_on,ended_on",
    "teams": "team_id,name,parent_team_id,manager_id",
    "team_memberships": "rep_id,team_id,valid_from,valid_to",
    "accounts": "account_id,name,industry,region,segment,owner_id,parent_account_id,created_at",
    "products": "product_id,name,family,list_price,unit_cost,currency",
    "leads": "lead_id,created_at,source,owner_id,status,qualified_at,converted_at,opportunity_id",
    "opportunities": "opportunity_id,owner_id,stage,created_at,name,account_id,pipeline,amount,currency,type,"
    "close_date,closed_at,created_by,lead_id,loss_reason,forecast_category,probability,updated_at,is_deleted",
    "stage_events": "opportunity_id,changed_at,to_stage,from_stage,changed_by",
    "opportunity_lines": "line_id,opportunity_id,product_id,quantity,unit_price,discount_rate",
    "opportunity_splits": "opportunity_id,rep_id,share",
    "activities": "activity_id,type,rep_id,occurred_at,logged_at,opportunity_id,lead_id,account_id,direction,"
    "duration_minutes,outcome,tool",
}
REGISTERS = {
    "quotas": "assignee_type,assignee,metric,period_type,period_start,target,currency,effective_from,note",
    "stage_map": "source,pipeline,source_stage,stage,stage_order,is_closed,is_won,valid_from,valid_to",
    "value_map": "source,object,field,source_value,value,valid_from,valid_to",
    "collection_changes": "change_id,effective_on,source,object,field,team,what_changed,bridge_rule,declared_by,"
    "declared_on",
    "exchange_rates": "month,currency,rate_to_reporting",
    "holidays": "date,region,name",
    "ramp": "role,month_of_tenure,share",
    "leave": "rep_id,from_date,to_date",
}
TEMPLATES = Path(__file__).resolve().parents[2] / "docs" / "registers"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    landing = tmp_path_factory.mktemp("sample") / "landing"
    return landing, generate(landing)


@pytest.fixture(scope="module")
def extracts(sample: tuple[Path, Truth]) -> duckdb.DuckDBPyConnection:
    """A table for each file, rows of all extracts together, all text, with the day of the extract."""
    connection = duckdb.connect()
    for folder, names in (("generic", COLUMNS), ("registers", REGISTERS)):
        for name in names:
            connection.execute(
                f"""create table {name} as
                select *, regexp_extract(filename, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') as day
                from read_csv(?, all_varchar = true, filename = true, header = true)""",
                [str(sample[0] / folder / "*" / f"{name}.csv")],
            )
    return connection


def one(connection: duckdb.DuckDBPyConnection, query: str) -> object:
    rows = connection.execute(query).fetchall()
    assert len(rows) == 1 and len(rows[0]) == 1
    return rows[0][0]


def contents(landing: Path) -> dict[str, bytes]:
    return {str(path.relative_to(landing)): path.read_bytes() for path in landing.rglob("*") if path.is_file()}


def test_same_seed_same_bytes_other_seed_other_bytes(sample: tuple[Path, Truth], tmp_path: Path) -> None:
    truth = generate(tmp_path / "again")
    assert contents(tmp_path / "again") == contents(sample[0])
    assert truth == sample[1]
    generate(tmp_path / "other", seed=8)
    assert contents(tmp_path / "other") != contents(sample[0])


def test_files_and_columns_are_exactly_those_of_the_plain_source(sample: tuple[Path, Truth]) -> None:
    expected = {f"generic/{day}/{name}.csv": header for day in DAYS for name, header in COLUMNS.items()}
    expected |= {f"registers/{DAYS[0]}/{name}.csv": header for name, header in REGISTERS.items()}
    expected[f"registers/{DAYS[1]}/quotas.csv"] = REGISTERS["quotas"]
    found = contents(sample[0])
    settings = found.pop("settings.yml").decode()
    assert {name: content.decode().splitlines()[0] for name, content in found.items()} == expected
    assert "reporting_currency: IDR" in settings and "reporting_time_zone: Asia/Jakarta" in settings


def test_templates_of_the_registers_have_the_same_columns_and_an_example() -> None:
    lines = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in TEMPLATES.glob("*.csv")}
    assert {name: header for name, (header, _) in lines.items()} == REGISTERS


@pytest.mark.parametrize(
    ("child", "parent", "key"),
    [
        ("stage_events", "opportunities", "opportunity_id"),
        ("opportunity_lines", "opportunities", "opportunity_id"),
        ("opportunity_lines", "products", "product_id"),
        ("opportunity_splits", "opportunities", "opportunity_id"),
        ("opportunity_splits", "reps", "rep_id"),
        ("activities", "opportunities", "opportunity_id"),
        ("activities", "leads", "lead_id"),
        ("activities", "reps", "rep_id"),
        ("leads", "opportunities", "opportunity_id"),
        ("opportunities", "accounts", "account_id"),
        ("opportunities", "leads", "lead_id"),
        ("team_memberships", "reps", "rep_id"),
        ("team_memberships", "teams", "team_id"),
    ],
)
def test_what_a_row_names_is_in_the_same_extract(
    extracts: duckdb.DuckDBPyConnection, child: str, parent: str, key: str
) -> None:
    query = f"select count(*) from {child} anti join {parent} using (day, {key}) where {child}.{key} is not null"
    assert one(extracts, query) == 0


def test_the_last_event_of_a_deal_is_its_stage_and_its_close(extracts: duckdb.DuckDBPyConnection) -> None:
    wrong = """
        with last as (
            select day, opportunity_id, arg_max(to_stage, changed_at::timestamptz) as stage, max_by(changed_at,
            changed_at::timestamptz) as changed_at from stage_events group by all
        )
        select count(*) from opportunities as deal left join last using (day, opportunity_id)
        where deal.stage is distinct from last.stage
        or deal.closed_at is distinct from if(deal.stage in ('Won', 'Lost'), last.changed_at, null)"""
    assert one(extracts, wrong) == 0
    broken_chains = """
        select count(*) from (select from_stage, lag(to_stage) over (
            partition by day, opportunity_id order by changed_at::timestamptz) as before from stage_events)
        where from_stage is distinct from before"""
    assert one(extracts, broken_chains) == 0


def test_close_dates_are_business_dates_and_expected_ones_lie_ahead(extracts: duckdb.DuckDBPyConnection) -> None:
    wrong_close = """select count(*) from opportunities where closed_at is not null
        and close_date::date <> (closed_at::timestamptz at time zone 'Asia/Jakarta')::date"""
    assert one(extracts, wrong_close) == 0
    assert one(extracts, "select count(*) from opportunities where closed_at is null and close_date <= day") == 0


def test_an_extract_knows_nothing_of_later_days(extracts: duckdb.DuckDBPyConnection) -> None:
    instants = {
        "stage_events": ["changed_at"],
        "opportunities": ["created_at", "closed_at", "updated_at"],
        "activities": ["occurred_at", "logged_at"],
        "leads": ["created_at", "qualified_at", "converted_at"],
        "accounts": ["created_at"],
    }
    for table, columns in instants.items():
        for column in columns:
            late = f"{column}::timestamptz at time zone 'Asia/Jakarta' >= day::timestamp + interval 1 day"
            assert one(extracts, f"select count(*) from {table} where {late}") == 0, (table, column)
    leaver = "select list(ended_on order by day) from reps where rep_id = 'R005'"
    assert one(extracts, leaver) == [None, "2026-08-14", "2026-08-14"]
    closed_later = """select count(*) from opportunities as early join opportunities as late using (opportunity_id)
        where early.day = '2026-07-31' and late.day = '2026-09-30' and early.closed_at is null
        and late.closed_at is not null"""
    assert isinstance(count := one(extracts, closed_later), int) and count > 50


def test_lines_add_up_to_the_deal_and_splits_to_one(extracts: duckdb.DuckDBPyConnection) -> None:
    lines = """select count(*) from opportunities join (
            select day, opportunity_id, sum(quantity::bigint * unit_price::decimal(18, 2)
            * (1 - discount_rate::decimal(5, 4))) as total from opportunity_lines group by all
        ) using (day, opportunity_id) where total <> amount::decimal(18, 2)"""
    assert one(extracts, lines) == 0
    splits = "select sum(share::decimal(5, 4)) as total from opportunity_splits group by day, opportunity_id"
    assert extracts.execute(f"select distinct total from ({splits})").fetchall() == [(Decimal(1),)]


def test_the_odd_cases_are_there(extracts: duckdb.DuckDBPyConnection) -> None:
    last = "day = '2026-09-30'"
    for case in (
        f"from opportunities where owner_id is null and stage = 'Won' and {last}",
        f"from opportunities where owner_id not in (select rep_id from reps) and stage = 'Won' and {last}",
        f"from opportunities where account_id is null and stage not in ('Won', 'Lost') and {last}",
        f"from opportunities where currency = 'USD' and contains(amount, '.') and stage = 'Won' and {last}",
        f"from stage_events where from_stage = 'Won' and to_stage = 'Negotiation' and {last}",
        f"from stage_events where from_stage = 'Proposal' and to_stage = 'Qualified' and {last}",
        f"from stage_events where from_stage = 'Prospecting' and to_stage = 'Proposal' and {last}",
        f"from activities where type = 'metting' and {last}",
        f"from activities where date_diff('day', occurred_at::timestamptz, logged_at::timestamptz) >= 2 and {last}",
        "from holidays where region = 'Papua'",
        "from team_memberships where rep_id = 'R006' and valid_from = '2026-05-01' and team_id = 'T-MKS'",
        "from reps where hired_on = '2025-12-01'",
        "from value_map where source_value = 'metting' and value = 'meeting'",
    ):
        assert isinstance(count := one(extracts, f"select count(*) {case}"), int) and count > 0, case
    assert one(extracts, "select count(*) from opportunities where account_id is null and closed_at is not null") == 0
    outside = "currency = 'IDR' and amount::decimal(18, 2) not between 10000000 and 900000000"
    assert one(extracts, f"select count(*) from opportunities where {outside}") == 0
    assert one(extracts, "select count(*) from opportunities where currency = 'IDR' and contains(amount, '.')") == 0


def test_the_revision_stands_beside_the_first_quota(extracts: duckdb.DuckDBPyConnection) -> None:
    key = "assignee, metric, period_type, period_start, target, coalesce(effective_from, '')"
    first, second = (f"select {key} from quotas where day = '{day}'" for day in DAYS[:2])
    assert extracts.execute(f"{first} except {second}").fetchall() == []
    added = extracts.execute(f"{second} except {first}").fetchall()
    assert [(row[0], row[3], row[5]) for row in added] == [("R002", "2026-07-01", "2026-08-15")]


def test_truth_counts_are_those_of_the_last_extract(
    sample: tuple[Path, Truth], extracts: duckdb.DuckDBPyConnection
) -> None:
    truth = sample[1]
    count = "select count(*) from opportunities where day = '2026-09-30' and stage"
    assert truth.as_of_date == "2026-09-30"
    assert truth.won_count == one(extracts, f"{count} = 'Won'")
    assert truth.lost_count == one(extracts, f"{count} = 'Lost'")
    assert truth.open_count == one(extracts, f"{count} not in ('Won', 'Lost')")


def test_truth_ties_to_the_deals_in_the_files(sample: tuple[Path, Truth], extracts: duckdb.DuckDBPyConnection) -> None:
    truth = sample[1]
    by_month = """select strftime(close_date::date, '%Y-%m-01') as closed_in,
        sum(round(amount::decimal(18, 2) * coalesce(rate_to_reporting::decimal(9, 2), 1), 2)) as total
        from opportunities as deal left join exchange_rates as rate
        on rate.currency = deal.currency and rate.month = strftime(close_date::date, '%Y-%m-01')
        where deal.day = '2026-09-30' and stage = 'Won' group by all order by all"""
    assert dict(extracts.execute(by_month).fetchall()) == truth.won_amount_by_company
    for month, amount in truth.won_amount_by_company.items():
        reps = {rep: months.get(month, Decimal(0)) for rep, months in truth.won_amount_by_rep.items()}
        assert sum(reps.values()) == amount
        teams = {team: months.get(month, Decimal(0)) for team, months in truth.won_amount_by_team.items()}
        assert teams["T-ID"] == teams["T-JKT"] + teams["T-MKS"] + teams["T-JYP"] == amount - reps["unassigned"]
    assert sum(sum(months.values()) for months in truth.deals_won_by_rep.values()) == truth.won_count


def test_truth_of_quotas_worked_out_by_hand(sample: tuple[Path, Truth], extracts: duckdb.DuckDBPyConnection) -> None:
    revised, month, year, team = sample[1].quota_cases
    query = "select target::decimal(18, 2) from quotas where day = '2026-08-31' and metric = 'revenue_won' and "
    targets = [
        row[0]
        for row in extracts.execute(
            query + "assignee = 'R002' and period_start = '2026-07-01' order by effective_from nulls first"
        ).fetchall()
    ]
    # 2026 Q3: July 23 weekdays and August 10 to Friday the 14th: 33; then 33 more, less 17 and 25 August: 31
    assert revised.quota_amount == round((targets[0] * 33 + targets[1] * 31) / 64, 2)
    assert month.quota_amount == 4
    target = one(extracts, query + "assignee = 'company' and period_start = '2025-01-01'")
    assert isinstance(target, Decimal)
    # 2025: 261 weekdays less 13 holidays = 248; from July on 132 less 5 September and Christmas = 130
    assert year.quota_amount == round(target * 130 / 248, 2)
    members = dict(
        extracts.execute(
            "select assignee, target::decimal(18, 2) from quotas where day = '2026-08-31' and metric = 'revenue_won' "
            "and period_start = '2026-04-01' and assignee in ('R002', 'R005', 'R008', 'R011', 'R006')"
        ).fetchall()
    )
    # R006 joins Makassar on 1 May: 2026 Q2 has 65 weekdays less 6 holidays = 59, from May on 43 less 5 = 38
    joined = members.pop("R006") * 38 / 59
    assert (team.assignee, team.period_start) == ("T-MKS", "2026-04-01")
    assert team.quota_amount == round(sum(members.values()) + joined, 2)


def test_a_residual_cent_goes_to_the_largest_share_or_the_smaller_rep_id() -> None:
    reps = pd.DataFrame({"rep_id": ["R1", "R2", "R3"]})
    since = pd.to_datetime(["2025-01-01"] * 3)
    memberships = pd.DataFrame({"rep_id": ["R1", "R2", "R3"], "team_id": "T", "valid_from": since, "valid_to": pd.NaT})
    # deal 0: 0.01 in halves; deal 1: 1.00 in 0.3333, 0.3333, 0.3334; deal 2: USD 1.01 at 16,000.50, nobody's
    splits = pd.DataFrame({"deal": [0, 0, 1, 1, 1], "rep": [2, 0, 0, 1, 2], "share": [5000, 5000, 3333, 3333, 3334]})
    won = pd.DataFrame({"amount": [1, 100, 101], "in_dollars": [False, False, True], "owner_id": ["R1", "R1", "R9"]})
    won["close_date"] = pd.to_datetime(["2026-03-31"] * 3)
    rates = pd.DataFrame({"month": pd.to_datetime(["2026-03-01"]), "rate_to_reporting": [1_600_050]})
    nothing = pd.DataFrame()
    company = Company(reps, nothing, memberships, nothing, nothing, nothing, nothing, nothing, splits, nothing, nothing)
    credits = credit(company, won, rates)
    amounts = {(row.deal, row.rep_id): row.amount for row in credits.itertuples()}
    # halves of a cent round up to one each: 1 - 2 = -1 goes to the tie's smaller id; USD 1.01 x 16,000.50 = 16,160.505
    assert amounts == {
        (0, "R1"): 0,
        (0, "R3"): 1,
        (1, "R1"): 33,
        (1, "R2"): 33,
        (1, "R3"): 34,
        (2, "unassigned"): 1_616_051,
    }
    assert credits["team_id"].isna().tolist() == (credits["rep_id"] == "unassigned").tolist()
    assert np.array_equal(credits.groupby("deal")["amount"].sum(), [1, 100, 1_616_051])


def test_a_folder_with_anything_in_it_is_refused(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "mine.csv").write_text("keep me")
    command = [sys.executable, "-m", "sample_company", str(landing)]
    refused = subprocess.run(command, capture_output=True, text=True, cwd=TEMPLATES.parents[1], check=False)
    assert refused.returncode == 2
    assert refused.stderr == f"{landing}: not an empty folder. Name a new one, or empty this one first.\n"
    assert [path.name for path in tmp_path.rglob("*")] == ["landing", "mine.csv"]


def test_other_sizes_work_and_impossible_ones_are_refused(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sample_company",
        str(tmp_path / "landing"),
        "--truth",
        str(tmp_path / "truth.json"),
    ]
    root = TEMPLATES.parents[1]
    refused = subprocess.run([*command, "--reps", "2"], capture_output=True, text=True, cwd=root, check=False)
    assert (refused.returncode, refused.stderr) == (2, "2 reps: give 6 to 400.\n")
    (tmp_path / "landing").mkdir()
    made = subprocess.run(
        [*command, "--reps", "30", "--months", "24"], capture_output=True, text=True, cwd=root, check=True
    )
    assert "as of 2027-06-30" in made.stdout
    reps = (tmp_path / "landing" / "generic" / "2027-06-30" / "reps.csv").read_text().splitlines()
    assert len(reps) == 31 and len({line.split(",")[1] for line in reps}) == 31
    assert '"won_count"' in (tmp_path / "truth.json").read_text()
