"""Quotas of the sample company calculated one by one, by the rules of docs/metrics.md."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from sample_company.extract import Company
from sample_company.people import LEAVER, MOVER, TEAM_IDS
from sample_company.systems import GENERIC
from sample_company.working_days import official_calendar


@dataclass(frozen=True)
class QuotaCase:
    """One quota amount, in rupiah or deals, rounded to two decimals, with the reason why it is checked."""

    assignee_type: str
    assignee: str
    metric: str
    period_type: str
    period_start: str
    quota_amount: Decimal
    why: str


def make_quota_cases(company: Company, quotas: pd.DataFrame, sources: tuple[str, ...]) -> tuple[QuotaCase, ...]:
    """A revision in mid-quarter, an unchanged month, a year that counts from its middle, and, if there are teams, one
    without its own quota that somebody joins in mid-quarter."""
    reps = company.reps
    revenue = quotas[(quotas["metric"] == "revenue_won") & (quotas["assignee_type"] == "rep")]
    revised = revenue[revenue["effective_from"].notna()].iloc[0]
    same = (revenue["assignee"] == revised["assignee"]) & (revenue["period_start"] == revised["period_start"])
    first_month = quotas[quotas["metric"] == "deals_won"].iloc[:1]
    year = quotas[quotas["assignee_type"] == "company"].iloc[:1]
    heir = int(reps["heir"][LEAVER])
    cases = (
        _case("rep", reps["full_id"][heir], revenue[same], _in_force(revenue[same], 3, _calendar(reps, heir)),
              "revised in mid-quarter"),
        _case("rep", reps["full_id"][2], first_month, _in_force(first_month, 1, _calendar(reps, 2)),
              "one quota, whole month"),
        _case("company", "company", year, _in_force(year, 12, official_calendar(None)),
              "counts from its effective_from"),
    )  # fmt: skip
    if GENERIC not in sources:
        return cases
    joined_on = reps["moved_on"][MOVER].to_datetime64().astype("datetime64[M]")
    quarter = revenue[revenue["period_start"] == pd.Timestamp(joined_on - joined_on.astype(int) % 3)]
    team = int(reps["moved_to"][MOVER])
    members = company.memberships[company.memberships["team"] == team]
    parts = [
        _in_force(
            quarter[quarter["assignee"] == reps["register_id"][member.rep]],
            3,
            _calendar(reps, member.rep),
            _day(member.valid_from),
            None if pd.isna(member.valid_to) else _day(member.valid_to),
        )
        for member in members.itertuples()
    ]
    return (
        *cases,
        _case("team", f"{GENERIC}:{TEAM_IDS[team]}", quarter, sum(parts, Fraction(0)), "rolled up by the day"),
    )


def _calendar(reps: pd.DataFrame, rep: int) -> np.busdaycalendar:
    # a CRM does not have a user's region
    return official_calendar(reps["region"][rep] if reps["source"][rep] == GENERIC else None)


def _in_force(
    rows: pd.DataFrame,
    months: int,
    calendar: np.busdaycalendar,
    counted_from: np.datetime64 | None = None,
    counted_until: np.datetime64 | None = None,
) -> Fraction:
    """Each target by its share of the working days of the period, which is the same for all rows. Days before
    `counted_from` and after `counted_until` count 0, and so does a rep without rows."""
    if rows.empty:
        return Fraction(0)
    start = _day(rows["period_start"].iloc[0])
    end = (start.astype("datetime64[M]") + months).astype("datetime64[D]")
    begins = rows["effective_from"].fillna(rows["period_start"]).to_numpy().astype("datetime64[D]")
    order = np.argsort(begins)
    last = end if counted_until is None else min(end, counted_until + 1)
    until = np.minimum(np.append(begins[order][1:], end), last)
    since = np.maximum(begins[order], start if counted_from is None else counted_from)
    days = np.maximum(np.busday_count(since, until, busdaycal=calendar), 0)
    in_force = int((rows["target"].to_numpy()[order] * days).sum())
    return Fraction(in_force, int(np.busday_count(start, end, busdaycal=calendar)))


def _day(moment: pd.Timestamp) -> np.datetime64:
    return np.datetime64(moment.date())


def _case(assignee_type: str, assignee: str, rows: pd.DataFrame, amount: Fraction, why: str) -> QuotaCase:
    row = rows.iloc[0]
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return QuotaCase(
        assignee_type,
        assignee,
        row["metric"],
        row["period_type"],
        str(row["period_start"].date()),
        exact.quantize(Decimal("0.01"), ROUND_HALF_UP),
        why,
    )
