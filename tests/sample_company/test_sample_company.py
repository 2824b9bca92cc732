"""The sample company as a user sees it: its files and their content."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from sample_files import GENERIC, HUBSPOT, PIPEDRIVE, REGISTERS, contents, count, one, read

from sample_company import Truth, generate

MONTH_ENDS = ["2026-07-31", "2026-08-31", "2026-09-30"]
DAYS = [*MONTH_ENDS[:2], "2026-09-29", MONTH_ENDS[2]]
DAILY = {
    "generic": {"opportunities", "stage_events", "activities"},
    "pipedrive": {"deals", "deal_changes", "activities"},
    "hubspot": {"deals", "deal_property_history"},
}
ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "docs" / "registers"
CRM_TOTALS = (
    "source,metric,period_type,period_start,scope_type,scope,amount,read_on,currency,time_zone,read_by,definition"
)


def test_same_arguments_same_bytes_other_seed_other_bytes(small: tuple[Path, Truth], tmp_path: Path) -> None:
    truth = generate(tmp_path / "again", reps=12, months=15, monthly_extracts=3, daily_extracts=2)
    assert contents(tmp_path / "again") == contents(small[0])
    assert truth == small[1]
    generate(tmp_path / "other", seed=8, reps=12, months=15, monthly_extracts=3, daily_extracts=2)
    assert contents(tmp_path / "other") != contents(small[0])


def test_files_and_columns_are_exactly_those_of_the_formats(small: tuple[Path, Truth]) -> None:
    expected = {
        f"{source}/{day}/{name}.csv": header
        for source, files in (("generic", GENERIC), ("pipedrive", PIPEDRIVE))
        for day in DAYS
        for name, header in files.items()
        if day in MONTH_ENDS or name in DAILY[source]
    }
    expected |= {f"generic/{day}/activities-phone.csv": GENERIC["activities"] for day in DAYS}
    # a company without a migration needs no crosswalk
    registers = {name: header for name, header in REGISTERS.items() if name != "crosswalk"}
    expected |= {f"registers/{DAYS[0]}/{name}.csv": header for name, header in registers.items()}
    found = contents(small[0])
    settings = found.pop("settings.yml").decode()
    del found[f"registers/{DAYS[1]}/quotas.xlsx"]
    expected[f"registers/{DAYS[3]}/crm_totals.csv"] = CRM_TOTALS
    objects = {name for name in found if name.startswith("hubspot/")}
    assert objects == {
        f"hubspot/{day}/{name}.jsonl"
        for day in DAYS
        for name in HUBSPOT
        if day in MONTH_ENDS or name in DAILY["hubspot"]
    }
    for name in objects:
        assert found.pop(name).startswith(b"{")
    assert {name: content.decode().splitlines()[0] for name, content in found.items()} == expected
    assert "sources_ended" not in settings
    assert "reporting_currency: IDR" in settings and "reporting_time_zone: Asia/Jakarta" in settings


def test_a_month_end_each_month_then_every_day_and_the_telephone_from_month_nine(whole: tuple[Path, Truth]) -> None:
    for source in ("generic", "hubspot"):
        days = sorted(path.name for path in (whole[0] / source).iterdir())
        assert days[:3] == ["2024-10-31", "2024-11-30", "2024-12-31"]
        assert days[22:25] == ["2026-08-31", "2026-09-17", "2026-09-18"] and days[-1] == "2026-09-30"
        assert len(days) == 23 + 14
    # the region leaves Pipedrive on 1 December; one export more, and Salesforce has begun
    pipedrive, salesforce = (
        sorted(path.name for path in (whole[0] / source).iterdir()) for source in ("pipedrive", "salesforce")
    )
    assert (pipedrive[0], pipedrive[-2:], len(pipedrive)) == ("2024-10-31", ["2025-11-30", "2025-12-31"], 15)
    assert "sources_ended: {pipedrive: 2025-12-31}\n" in (whole[0] / "settings.yml").read_text()
    assert (salesforce[0], salesforce[-1], len(salesforce)) == ("2025-12-31", "2026-09-30", 9 + 14)
    phone = sorted(path.parent.name for path in whole[0].glob("generic/*/activities-phone.csv"))
    assert (phone[0], len(phone)) == ("2025-06-30", 37 - 8)


def test_templates_of_the_registers_have_the_same_columns_and_an_example() -> None:
    lines = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in TEMPLATES.glob("*.csv")}
    # what the sample company does not use: reviews, months of its own, reasons of its quotas; and totals of its CRMs
    unused = {
        "collection_break_reviews": "break_id,decision,decided_by,decided_on,note",
        "crm_totals": CRM_TOTALS,
        "fiscal_periods": "fiscal_year,fiscal_quarter,fiscal_month,starts_on,ends_on",
        "quotas": REGISTERS["quotas"].replace(",note", ",reason,approved_by,note"),
    }
    assert {name: header for name, (header, *_) in lines.items()} == REGISTERS | unused
    assert all(examples for _, *examples in lines.values())


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
        ("team_memberships", "teams", "team_id"),
    ],
)
def test_records_that_a_row_names_are_in_the_same_extract(
    small_files: duckdb.DuckDBPyConnection, child: str, parent: str, key: str
) -> None:
    # an opportunity may arrive before the monthly files with the records that it names
    rows = f"from {child} anti join {parent} using (day, {key}) where {child}.{key} is not null"
    assert count(small_files, f"{rows} and day in {tuple(MONTH_ENDS)}") == 0


def test_the_last_event_of_a_deal_is_its_stage_and_its_close(small_files: duckdb.DuckDBPyConnection) -> None:
    wrong = """
        with last as (
            select day, opportunity_id, replace(arg_max(to_stage, changed_at::timestamptz), 'Qualified', 'Discovery') as
            stage, max_by(changed_at,
            changed_at::timestamptz) as changed_at from stage_events group by all
        )
        select count(*) from opportunities as deal left join last using (day, opportunity_id)
        where deal.stage is distinct from last.stage
        or deal.closed_at is distinct from if(deal.stage in ('Won', 'Lost'), last.changed_at, null)"""
    assert one(small_files, wrong) == 0
    broken_chains = """
        select count(*) from (
            select replace(from_stage, 'Discovery', 'Qualified') as left_stage, lag(replace(to_stage, 'Discovery',
            'Qualified')) over (partition by day, opportunity_id order by changed_at::timestamptz) as before
            from stage_events)
        where left_stage is distinct from before"""
    assert one(small_files, broken_chains) == 0


def test_close_dates_are_business_dates_and_expected_ones_lie_ahead(small_files: duckdb.DuckDBPyConnection) -> None:
    wrong_close = """select count(*) from opportunities where closed_at is not null
        and close_date::date <> (closed_at::timestamptz at time zone 'Asia/Jakarta')::date"""
    assert one(small_files, wrong_close) == 0
    assert one(small_files, "select count(*) from opportunities where closed_at is null and close_date <= day") == 0


def test_an_extract_knows_nothing_of_later_days(small_files: duckdb.DuckDBPyConnection) -> None:
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
            assert one(small_files, f"select count(*) from {table} where {late}") == 0, (table, column)
    leaver = "select list(ended_on order by day) from reps where rep_id = 'R010'"
    assert one(small_files, leaver) == [None, "2026-08-14", "2026-08-14"]
    closed_later = """from opportunities as early join opportunities as late using (opportunity_id)
        where early.day = '2026-07-31' and late.day = '2026-09-30' and early.closed_at is null
        and late.closed_at is not null"""
    assert count(small_files, closed_later) > 25


def test_lines_add_up_to_the_deal_and_splits_to_one(
    small_files: duckdb.DuckDBPyConnection, last_files: duckdb.DuckDBPyConnection
) -> None:
    lines = """select count(*) from opportunities join (
            select day, opportunity_id, sum(quantity::bigint * unit_price::decimal(18, 2)
            * (1 - discount_rate::decimal(5, 4))) as total from opportunity_lines group by all
        ) using (day, opportunity_id) where total <> amount::decimal(18, 2)"""
    assert one(small_files, lines) == 0
    splits = "select sum(share::decimal(5, 4)) as total from opportunity_splits group by day, opportunity_id"
    assert last_files.execute(f"select distinct total from ({splits})").fetchall() == [(Decimal(1),)]


def test_the_odd_cases_are_there(last_files: duckdb.DuckDBPyConnection) -> None:
    for case in (
        "from opportunities where owner_id is null and stage = 'Won'",
        "from opportunities where owner_id not in (select rep_id from reps) and stage = 'Won'",
        "from opportunities where account_id is null and stage not in ('Won', 'Lost')",
        "from opportunities where currency = 'USD' and contains(amount, '.') and stage = 'Won'",
        "from stage_events where from_stage = 'Won' and to_stage = 'Negotiation'",
        "from stage_events where from_stage = 'Proposal' and to_stage = 'Qualified'",
        "from stage_events where from_stage = 'Prospecting' and to_stage = 'Proposal'",
        "from activities where type = 'metting'",
        "from activities where date_diff('day', occurred_at::timestamptz, logged_at::timestamptz) >= 2",
        "from holidays where region = 'Papua'",
        "from team_memberships where rep_id = 'hubspot:5000009' and valid_from = '2026-02-01'",
        "from reps where rep_id = 'R007' and hired_on = '2025-06-01'",
        "from team_memberships where team_id = 'T-SRG' and valid_from = '2025-12-01'",
        "from activities where tool = 'phone'",
        "from value_map where source_value = 'metting' and value = 'meeting'",
    ):
        assert count(last_files, case) > 0, case
    assert one(last_files, "select count(*) from opportunities where account_id is null and closed_at is not null") == 0
    outside = "currency = 'IDR' and amount::decimal(18, 2) not between 10000000 and 900000000"
    assert one(last_files, f"select count(*) from opportunities where {outside}") == 0
    assert one(last_files, "select count(*) from opportunities where currency = 'IDR' and contains(amount, '.')") == 0


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
    landing, truth = tmp_path / "landing", tmp_path / "truth.json"
    command = [sys.executable, "-m", "sample_company", str(landing), "--truth", str(truth)]

    def run(*sizes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *sizes], capture_output=True, text=True, cwd=ROOT, check=False)

    refused = run("--reps", "2")
    assert (refused.returncode, refused.stderr) == (2, "2 reps: give 12 to 4000.\n")
    landing.mkdir()
    made = run("--reps", "450", "--months", "6", "--activities", "250000", "--daily-extracts", "2")
    assert "as of 2026-09-30" in made.stdout, made.stderr
    # a large company comes as its last extracts, with a file of activities for each month
    assert sorted(path.name for path in (landing / "generic").iterdir()) == ["2026-09-29", "2026-09-30"]
    assert len(list(landing.glob("generic/2026-09-30/activities-0*.csv"))) == 6
    with read(landing, "2026-09-30") as files:
        assert (
            one(
                files,
                """select count(distinct name) from (from reps select name union all from pipedrive_users select name
                union all from hubspot_owners select concat_ws(' ', json ->> 'firstName', json ->> 'lastName'))""",
            )
            == 450
        )
        listed = count(files, "from activities") + count(files, "from pipedrive_activities where done = '1'")
        for name in ("calls", "emails", "meetings", "tasks"):
            listed += count(files, f"from hubspot_{name} where not (json ->> 'archived')::boolean")
    # about as many as asked for; what is logged after the last extract is not in it
    assert 240_000 < listed < 252_000
    assert '"won_count"' in truth.read_text()
