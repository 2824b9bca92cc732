"""What the numbers of the sample company must be, worked out from its own arrays in integers, never by the pipeline."""

import dataclasses
import json
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd

from sample_company.deals import LOST, WON
from sample_company.extract import Company
from sample_company.people import LEAVER, MOVER, PARENT_TEAM, TEAMS
from sample_company.working_days import official_calendar

UNASSIGNED = "unassigned"
Months = dict[str, Decimal]
"""Figures by month; a month is its first day, 2026-03-01; months without any are left out."""


@dataclass(frozen=True)
class QuotaCase:
    """One quota amount, in rupiah or deals, rounded to two decimals, with the reason why it is worth a look."""

    assignee_type: str
    assignee: str
    metric: str
    period_type: str
    period_start: str
    quota_amount: Decimal
    why: str


@dataclass(frozen=True)
class Truth:
    """As of the last extract. Ids are those of the extracts, without a source before them; money is in rupiah."""

    as_of_date: str
    won_count: int
    lost_count: int
    open_count: int
    won_amount_by_company: Months
    won_amount_by_rep: dict[str, Months]
    won_amount_by_team: dict[str, Months]
    deals_won_by_rep: dict[str, Months]
    quota_cases: tuple[QuotaCase, ...]

    def write(self, path: Path) -> None:
        """Write it as JSON, decimals as text; never into the landing folder, where it would be an unknown file."""
        path.write_text(json.dumps(dataclasses.asdict(self), indent=2, default=str) + "\n", encoding="utf-8")


def make_truth(
    company: Company, opportunities: pd.DataFrame, rates: pd.DataFrame, quotas: pd.DataFrame, as_of: np.datetime64
) -> Truth:
    """The truth of the last extract's opportunities (as `extract` returns them)."""
    credits = credit(company, opportunities[opportunities["stage_code"] == WON], rates)
    in_a_team = credits[credits["team_id"].notna()]
    team_and_parent = pd.concat([in_a_team, in_a_team.assign(team_id=PARENT_TEAM)])
    return Truth(
        as_of_date=str(as_of),
        won_count=int((opportunities["stage_code"] == WON).sum()),
        lost_count=int((opportunities["stage_code"] == LOST).sum()),
        open_count=int((~opportunities["stage_code"].isin([WON, LOST])).sum()),
        won_amount_by_company=_by_month(credits, "amount", 2),
        won_amount_by_rep=_by_group(credits, "rep_id", "amount", 2),
        won_amount_by_team=_by_group(team_and_parent, "team_id", "amount", 2),
        deals_won_by_rep=_by_group(credits, "rep_id", "share", 4),
        quota_cases=_quota_cases(company, quotas),
    )


def credit(company: Company, won: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """One row a deal and rep: rep_id, team_id (None: in none), month, share in ten-thousandths, amount in cents."""
    month = won["close_date"].to_numpy().astype("datetime64[M]")
    rate_of = dict(zip(rates["month"].to_numpy().astype("datetime64[M]"), rates["rate_to_reporting"], strict=True))
    rate = np.array([rate_of[each] for each in month])
    amount = np.where(won["in_dollars"], (won["amount"] * rate + 50) // 100, won["amount"])
    deals = pd.DataFrame({"deal": won.index, "amount_of_deal": amount, "month": month.astype("datetime64[s]")})
    deals["owner_id"], deals["closed_on"] = won["owner_id"].to_numpy(dtype=object), won["close_date"].to_numpy()
    parts = deals.merge(company.splits, on="deal", how="left")
    split = parts["share"].notna()
    roster = company.reps["rep_id"].to_numpy(dtype=object)
    owner = np.where(parts["owner_id"].isin(roster), parts["owner_id"], UNASSIGNED)
    parts["rep_id"] = np.where(split, roster[parts["rep"].fillna(0).astype(int)], owner)
    parts["share"] = parts["share"].fillna(10_000).astype(int)
    parts["amount"] = (parts["amount_of_deal"] * parts["share"] + 5000) // 10_000
    # the residual cent goes to the largest share, of equal ones to the smallest rep id
    parts = parts.sort_values(["deal", "share", "rep_id"], ascending=[True, False, True], ignore_index=True)
    residual = parts["amount_of_deal"] - parts.groupby("deal")["amount"].transform("sum")
    parts["amount"] += np.where(parts["deal"].duplicated(), 0, residual)
    stays = company.memberships.merge(parts.reset_index(), on="rep_id")
    stays = stays[(stays["valid_from"] <= stays["closed_on"]) & ~(stays["valid_to"] < stays["closed_on"])]
    parts["team_id"] = stays.set_index("index")["team_id"]
    return parts


def _by_month(credits: pd.DataFrame, column: str, digits: int) -> Months:
    sums = credits.groupby("month")[column].sum()
    return {str(month.date()): Decimal(int(value)).scaleb(-digits) for month, value in sums.items()}


def _by_group(credits: pd.DataFrame, group: str, column: str, digits: int) -> dict[str, Months]:
    return {str(name): _by_month(rows, column, digits) for name, rows in credits.groupby(group)}


def _quota_cases(company: Company, quotas: pd.DataFrame) -> tuple[QuotaCase, ...]:
    """A revision in mid-quarter, a month as it stands, a year that counts from its middle, and a team without a quota
    of its own that somebody joins in mid-quarter."""
    reps, memberships = company.reps, company.memberships
    ids = reps["rep_id"].to_numpy()
    revenue = quotas[(quotas["metric"] == "revenue_won") & (quotas["assignee_type"] == "rep")]
    revised = revenue[revenue["effective_from"].notna()].iloc[0]
    same = (revenue["assignee"] == revised["assignee"]) & (revenue["period_start"] == revised["period_start"])
    first_month = quotas[quotas["metric"] == "deals_won"].iloc[:1]
    year = quotas[quotas["assignee_type"] == "company"].iloc[:1]
    moved_on = _day(memberships[memberships["rep_id"] == ids[MOVER]]["valid_from"].iloc[-1])
    month = moved_on.astype("datetime64[M]")
    quarter = revenue[revenue["period_start"] == pd.Timestamp(month - month.astype(int) % 3)]
    # only Papua has a holiday of its own, and the mover alone comes from there
    nation, papua = official_calendar(None), official_calendar(reps["region"][MOVER])
    joined = _in_force(quarter[quarter["assignee"] == ids[MOVER]], 3, papua, moved_on)
    stayed = [_in_force(quarter[quarter["assignee"] == rep], 3, nation) for rep in ids[1::3]]
    heirs_calendar = official_calendar(reps["region"][reps["heir"][LEAVER]])
    return (
        _case(revenue[same], _in_force(revenue[same], 3, heirs_calendar), "revised in mid-quarter"),
        _case(first_month, _in_force(first_month, 1, papua), "one quota, whole month"),
        _case(year, _in_force(year, 12, nation), "counts from its effective_from"),
        _case(quarter.assign(assignee_type="team", assignee=TEAMS[1]), joined + sum(stayed), "rolled up by the day"),
    )


def _in_force(
    rows: pd.DataFrame, months: int, calendar: np.busdaycalendar, counted_from: np.datetime64 | None = None
) -> Fraction:
    """Each target by its share of the working days of the period, which all rows have in common. Days before
    `counted_from` count 0, and so does a rep without rows."""
    if rows.empty:
        return Fraction(0)
    start = _day(rows["period_start"].iloc[0])
    end = (start.astype("datetime64[M]") + months).astype("datetime64[D]")
    begins = rows["effective_from"].fillna(rows["period_start"]).to_numpy().astype("datetime64[D]")
    order = np.argsort(begins)
    until = np.append(begins[order][1:], end)
    since = np.maximum(begins[order], counted_from or start)
    days = np.maximum(np.busday_count(since, until, busdaycal=calendar), 0)
    in_force = int((rows["target"].to_numpy()[order] * days).sum())
    return Fraction(in_force, int(np.busday_count(start, end, busdaycal=calendar)))


def _day(moment: pd.Timestamp) -> np.datetime64:
    return np.datetime64(moment.date())


def _case(rows: pd.DataFrame, amount: Fraction, why: str) -> QuotaCase:
    row = rows.iloc[0]
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return QuotaCase(
        row["assignee_type"],
        row["assignee"],
        row["metric"],
        row["period_type"],
        str(row["period_start"].date()),
        exact.quantize(Decimal("0.01"), ROUND_HALF_UP),
        why,
    )
