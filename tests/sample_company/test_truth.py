"""The truth ties to the files of the last extract, and its quotas are those calculated by hand."""

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import numpy as np
import pandas as pd
from sample_files import REGISTERS, count, one

from sample_company import Truth, generate
from sample_company.extract import Company
from sample_company.people import Window
from sample_company.story import make_story
from sample_company.truth import credit

# for a deal or user that moved from Pipedrive, the id there
USERS = """(
    select users.Id, coalesce('pipedrive:' || old.id, 'salesforce:' || users.Id) as owner
    from salesforce_User as users left join pipedrive_users as old on lower(old.email) = lower(users.Email)
    where users.day = '2026-09-30')"""
# activities that were copied at the move have this instant of creation
NO_COPY = "CreatedDate <> '2025-11-30T19:00:00.000Z'"
DEALS = f"""
    from (
        select 'generic:' || owner_id as owner, owner_id, if(stage in ('Won', 'Lost'), stage, 'Open') as stage,
            created_at::timestamptz as created_at, close_date::date as closed_on, amount::decimal(18, 2) as amount,
            currency from opportunities
        union all
        select 'pipedrive:' || user_id, user_id, if(status = 'open', 'Open', upper(status[1]) || status[2:]),
            (add_time || '+00')::timestamptz, (coalesce(won_time, lost_time)::timestamp + interval 7 hour)::date,
            value::decimal(18, 2), currency
        from pipedrive_deals anti join crosswalk on canonical_id = 'pipedrive:' || id
        union all
        select 'hubspot:' || (deal ->> 'hubspot_owner_id'), deal ->> 'hubspot_owner_id',
            case deal ->> 'dealstage' when 'closedwon' then 'Won' when 'closedlost' then 'Lost' else 'Open' end,
            (deal ->> 'createdate')::timestamptz,
            ((deal ->> 'closedate')::timestamptz at time zone 'Asia/Jakarta')::date,
            (deal ->> 'amount')::decimal(18, 2), deal ->> 'deal_currency_code'
        from (select json -> 'properties' as deal from hubspot_deals)
        union all
        select owner, nullif(OwnerId, '0055g0000000900AAA'),
            case StageName when 'Closed Won' then 'Won' when 'Closed Lost' then 'Lost' else 'Open' end,
            coalesce((old.add_time || '+00')::timestamptz, CreatedDate::timestamptz), CloseDate::date,
            Amount::decimal(18, 2), CurrencyIsoCode
        from salesforce_Opportunity as deal
        left join {USERS} as users on users.Id = deal.OwnerId
        left join crosswalk on source_id = deal.Id
        left join pipedrive_deals as old on 'pipedrive:' || old.id = canonical_id
        where deal.day = '2026-09-30'
    )"""


def test_counts_are_those_of_the_last_extract(whole: tuple[Path, Truth], last_files: duckdb.DuckDBPyConnection) -> None:
    truth = whole[1]
    assert truth.as_of_date == "2026-09-30"
    assert truth.won_count == one(last_files, f"select count(*) {DEALS} where stage = 'Won'")
    assert truth.lost_count == one(last_files, f"select count(*) {DEALS} where stage = 'Lost'")
    assert truth.open_count == one(last_files, f"select count(*) {DEALS} where stage not in ('Won', 'Lost')")


def test_money_ties_to_the_deals_in_the_files(whole: tuple[Path, Truth], last_files: duckdb.DuckDBPyConnection) -> None:
    truth = whole[1]
    by_month = f"""select strftime(closed_on, '%Y-%m-01') as closed_in,
        sum(round(amount * coalesce(rate_to_reporting::decimal(9, 2), 1), 2)) as total
        {DEALS} as deal left join exchange_rates as rate
        on rate.currency = deal.currency and rate.month = strftime(closed_on, '%Y-%m-01')
        where stage = 'Won' group by all order by all"""
    assert dict(last_files.execute(by_month).fetchall()) == truth.won_amount_by_company
    teams = [f"generic:T-{place}" for place in ("JKT1", "JKT2", "MKS1", "MKS2", "JYP", "SRG")]
    for month, amount in truth.won_amount_by_company.items():
        reps = {rep: months.get(month, Decimal(0)) for rep, months in truth.won_amount_by_rep.items()}
        assert sum(reps.values()) == amount
        by_team = {team: months.get(month, Decimal(0)) for team, months in truth.won_amount_by_team.items()}
        assert by_team["generic:T-ID"] == sum(by_team[team] for team in teams) == amount - reps["unassigned"]
    assert sum(sum(months.values()) for months in truth.deals_won_by_rep.values()) == truth.won_count


def test_win_rates_tie_to_the_owners_in_the_files(
    whole: tuple[Path, Truth], last_files: duckdb.DuckDBPyConnection
) -> None:
    truth = whole[1]
    created_in = "strftime(created_at at time zone 'Asia/Jakarta', '%Y-%m-01')"
    for figures, month, condition in (
        (truth.won_of_closed_by_rep, "strftime(closed_on, '%Y-%m-01')", "stage in ('Won', 'Lost')"),
        (truth.won_of_created_by_rep, created_in, "true"),
    ):
        rows = last_files.execute(f"""
            select if(owner_id is null or owner_id in ('R900', '900', '5000900'), 'unassigned', owner) as rep,
            {month} as month, count(*) filter (stage = 'Won'), count(*) {DEALS} where {condition}
            group by 1, 2""").fetchall()
        found = {(rep, month): (won, counted) for rep, month, won, counted in rows}
        assert found == {(rep, month): rate for rep, months in figures.items() for month, rate in months.items()}
    # a deal has one owner, so that the teams' deals are the company's, except for deals without an owner
    for by_company, by_rep, by_team in (
        (truth.won_of_closed_by_company, truth.won_of_closed_by_rep, truth.won_of_closed_by_team),
        (truth.won_of_created_by_company, truth.won_of_created_by_rep, truth.won_of_created_by_team),
    ):
        for month, (won, counted) in by_company.items():
            nobody = by_rep["unassigned"].get(month, (0, 0))
            team = by_team["generic:T-ID"].get(month, (0, 0))
            assert (won, counted) == (nobody[0] + team[0], nobody[1] + team[1])


def test_activities_are_counted_once_on_the_day_they_occurred(
    whole: tuple[Path, Truth], last_files: duckdb.DuckDBPyConnection
) -> None:
    truth = whole[1]
    of_hubspot = " union all ".join(
        f"""select '{kind}', 'hubspot:' || (json -> 'properties' ->> 'hubspot_owner_id'),
        (json -> 'properties' ->> 'hs_timestamp')::timestamptz at time zone 'Asia/Jakarta'
        from hubspot_{name} where not (json ->> 'archived')::boolean"""
        for name, kind in (("calls", "call"), ("emails", "email"), ("meetings", "meeting"), ("tasks", "proposal"))
    )
    rows = last_files.execute(f"""
        select kind, rep, strftime(occurred, '%Y-%m-01'), count(*) from (
            select replace(type, 'metting', 'meeting') as kind, 'generic:' || rep_id as rep,
            occurred_at::timestamptz at time zone 'Asia/Jakarta' as occurred from activities
            union all
            (select distinct on (activity_id) type, 'pipedrive:' || assigned_to_user,
            due_to::timestamp + interval 7 hour from pipedrive_activities where done = '1')
            union all {of_hubspot}
            union all
            select lower(if(TaskSubtype = 'Task', Type, TaskSubtype)), owner, ActivityDate::timestamp
            from salesforce_Task as task join {USERS} as users on users.Id = OwnerId where {NO_COPY}
            union all
            select 'meeting', owner, StartDateTime::timestamptz at time zone 'Asia/Jakarta'
            from salesforce_Event as event join {USERS} as users on users.Id = OwnerId where {NO_COPY}
        ) group by all""").fetchall()
    assert {(kind, rep, month): number for kind, rep, month, number in rows} == {
        (kind, rep, month): number
        for kind, reps in truth.activities_by_rep.items()
        for rep, months in reps.items()
        for month, number in months.items()
    }
    assert truth.activity_count == sum(number for *_, number in rows)


def test_the_revised_plan_is_a_workbook_with_one_more_row(
    small: tuple[Path, Truth], small_files: duckdb.DuckDBPyConnection
) -> None:
    with zipfile.ZipFile(small[0] / "registers" / "2026-08-31" / "quotas.xlsx") as workbook:
        sheet = ElementTree.fromstring(workbook.read("xl/worksheets/sheet1.xml"))
    # a cell's reference begins with the letter of its column; dates are days since the end of 1899
    rows = [{cell.attrib["r"][0]: "".join(cell.itertext()) for cell in row} for row in sheet[0]]
    assert ",".join(rows[0].values()) == REGISTERS["quotas"]
    assert len(rows) == 1 + count(small_files, "from quotas") + 1
    revision = rows[-1]
    assert (revision["A"], revision["B"], revision["C"], revision["D"]) == ("rep", "R004", "revenue_won", "quarter")
    epoch = date(1899, 12, 30).toordinal()
    assert date.fromordinal(epoch + int(revision["E"])) == date(2026, 7, 1)
    assert date.fromordinal(epoch + int(revision["H"])) == date(2026, 8, 15)
    assert revision["I"].startswith("takes over the customers of ")


def test_quotas_calculated_by_hand(small: tuple[Path, Truth], small_files: duckdb.DuckDBPyConnection) -> None:
    revised, month, year, team = small[1].quota_cases
    query = "select target::decimal(18, 2) from quotas where metric = 'revenue_won' and "
    first = one(small_files, query + "assignee = 'R004' and period_start = '2026-07-01'")
    assert isinstance(first, Decimal)
    # the successor of R010, who leaves on 14 August: a quarter more from the 15th on, rounded up to five million
    second = (first * Decimal("1.25") / 5_000_000).to_integral_value("ROUND_CEILING") * 5_000_000
    # 2026 Q3: July 23 weekdays and August 10 to Friday the 14th: 33; then 33 more, less 17 and 25 August: 31
    assert (revised.assignee, revised.period_start) == ("generic:R004", "2026-07-01")
    assert revised.quota_amount == round((first * 33 + second * 31) / 64, 2)
    assert (month.assignee, month.quota_amount) == ("hubspot:5000003", 2)
    target = one(small_files, query + "assignee = 'company' and period_start = '2025-01-01'")
    assert isinstance(target, Decimal)
    # 2025: 261 weekdays less 13 holidays = 248; from July on 132 less 5 September and Christmas = 130
    assert year.quota_amount == round(target * 130 / 248, 2)
    members = dict(
        small_files.execute(
            "select assignee, target::decimal(18, 2) from quotas where metric = 'revenue_won' "
            "and period_start = '2026-04-01' and assignee in ('R004', 'R010', 'hubspot:5000009')"
        ).fetchall()
    )
    # R009 joins the team on 1 May: 2026 Q2 has 65 weekdays less 6 holidays = 59, from May on 43 less 5 = 38
    joined = members.pop("hubspot:5000009") * 38 / 59
    assert (team.assignee, team.period_start) == ("generic:T-JKT2", "2026-04-01")
    assert team.quota_amount == round(sum(members.values()) + joined, 2)


def test_without_breaks_the_truth_is_the_same_whatever_systems_the_company_has(tmp_path: Path) -> None:
    def generated(*sources: str) -> Truth:
        landing = tmp_path / "-".join(sources)
        return generate(
            landing, reps=12, months=18, monthly_extracts=1, daily_extracts=0, sources=sources, with_breaks=False
        )

    plain = generated("generic")
    assert plain.breaks == ()
    for other in (generated("salesforce"), generated("hubspot", "pipedrive", "salesforce")):
        place = dict(zip(other.rep_ids, plain.rep_ids, strict=True)) | {"unassigned": "unassigned"}
        assert len(set(other.rep_ids) | set(plain.rep_ids)) == 24
        for figure in ("won_amount_by_company", "won_of_closed_by_company", "won_of_created_by_company"):
            assert getattr(other, figure) == getattr(plain, figure) != {}
        for figure in ("won_of_closed_by_rep", "won_of_created_by_rep"):
            by_rep = {place[rep]: months for rep, months in getattr(other, figure).items()}
            assert by_rep == getattr(plain, figure)
        for kind, reps in plain.activities_by_rep.items():
            assert {place[rep]: months for rep, months in other.activities_by_rep[kind].items()} == reps
    # only the move itself is recorded differently
    assert [(each.kind, each.source, each.starts_on) for each in other.breaks] == [
        ("migration", "salesforce", "2026-06-01")
    ]


def test_a_residual_cent_goes_to_the_largest_share_or_the_smaller_rep_id() -> None:
    reps = pd.DataFrame({"full_id": ["generic:R1", "generic:R2", "generic:R3"]})
    memberships = pd.DataFrame({"rep": [0, 1, 2], "team": 0, "valid_from": pd.Timestamp("2025-01-01")})
    memberships["valid_to"] = pd.NaT
    memberships = memberships.astype({"valid_to": "datetime64[s]"})
    # deal 0: 0.01 in halves; deal 1: 1.00 in 0.3333, 0.3333, 0.3334; deal 2: USD 1.01 at 16,000.50, without an owner
    splits = pd.DataFrame({"deal": [0, 0, 1, 1, 1], "rep": [2, 0, 0, 1, 2], "share": [5000, 5000, 3333, 3333, 3334]})
    won = pd.DataFrame({"amount": [1, 100, 101], "in_dollars": [False, False, True], "owner": [0, 0, -1]})
    won["close_date"] = pd.to_datetime(["2026-03-31"] * 3)
    rates = pd.DataFrame({"month": pd.to_datetime(["2026-03-01"]), "rate_to_reporting": [1_600_050]})
    nothing = pd.DataFrame()
    story = make_story(Window(np.datetime64("2026-01", "M"), 6), ("generic",))
    company = Company(story, reps, nothing, memberships, nothing, nothing, nothing, nothing, nothing, splits, nothing)
    credits = credit(company, won, rates)
    amounts = {(row.deal, row.rep_id): row.amount for row in credits.itertuples()}
    # halves of a cent round up to one each: 1 - 2 = -1 goes to the tie's smaller id; USD 1.01 x 16,000.50 = 16,160.505
    assert amounts == {
        (0, "generic:R1"): 0,
        (0, "generic:R3"): 1,
        (1, "generic:R1"): 33,
        (1, "generic:R2"): 33,
        (1, "generic:R3"): 34,
        (2, "unassigned"): 1_616_051,
    }
    assert credits["team_id"].isna().tolist() == (credits["rep_id"] == "unassigned").tolist()
    assert np.array_equal(credits.groupby("deal")["amount"].sum(), [1, 100, 1_616_051])
