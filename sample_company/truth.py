"""The correct numbers of the sample company, calculated from its own arrays in integers, never by the pipeline."""

import dataclasses
import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from sample_company.activities import MEETING, MISSPELT_MEETING, TYPES
from sample_company.deals import KNOWN, LOST, WON
from sample_company.extract import Company, cutoff_of
from sample_company.people import PARENT_TEAM, TEAM_IDS
from sample_company.quota_cases import QuotaCase, make_quota_cases
from sample_company.recorded_truth import unrecorded_months
from sample_company.registers import in_rupiah, rate_of
from sample_company.story import (
    REPORTING_OFFSET,
    Break,
    InnocentChange,
    innocent_changes,
    planted_breaks,
)
from sample_company.systems import GENERIC, HUBSPOT, PIPEDRIVE, SALESFORCE
from sample_company.working_days import local_day

UNASSIGNED = "unassigned"
ACTIVITY_TYPES = ("call", "email", "meeting", "proposal")
# known from the first day on, because every CRM records deals
OF_DEALS = ("new_customers", "pipeline_created")
Months = dict[str, Decimal]
"""Figures by month; a month is its first day, 2026-03-01; months without any are left out."""
Actuals = dict[str, Months]
"""By rep, team and `company`."""
Funnel = dict[str, dict[str, dict[str, tuple[int, int, int, int]]]]
"""By team and `company`, by step as '<pipeline>: <from_stage> > <to_stage>', and by month."""
Rates = dict[str, tuple[int, int]]
"""Numerator and denominator by month; months whose denominator is 0 are left out."""


@dataclass(frozen=True)
class Truth:
    """As of the last extract. Ids are the canonical ones, <source>:<id>; money is in rupiah. rep_ids has the reps in an
    order that does not depend on the systems.

    A closed deal counts once under its owner at the close, an open one under today's owner, and in that rep's team;
    deals without an owner belong to the rep `unassigned` and to no team. `won_of_closed` is by month of the close (lost
    = denominator - numerator), `won_of_created` by month of creation. Activities are the recorded ones, by type, rep
    and the month in which they occurred. `actuals` has the other metrics by rep, team and company, and
    `unrecorded` the months in which they cannot be known. `funnel` has what `make_funnel` returns."""

    as_of_date: str
    rep_ids: tuple[str, ...]
    won_count: int
    lost_count: int
    open_count: int
    won_amount_by_company: Months
    won_amount_by_rep: dict[str, Months]
    won_amount_by_team: dict[str, Months]
    deals_won_by_rep: dict[str, Months]
    won_of_closed_by_company: Rates
    won_of_closed_by_rep: dict[str, Rates]
    won_of_closed_by_team: dict[str, Rates]
    won_of_created_by_company: Rates
    won_of_created_by_rep: dict[str, Rates]
    won_of_created_by_team: dict[str, Rates]
    activities_by_rep: dict[str, dict[str, dict[str, int]]]
    actuals: dict[str, Actuals]
    unrecorded: dict[str, dict[str, list[str]]]
    quota_cases: tuple[QuotaCase, ...]
    breaks: tuple[Break, ...]
    innocent_changes: tuple[InnocentChange, ...]
    funnel: Funnel = field(default_factory=dict)

    @property
    def activity_count(self) -> int:
        """All activities that are recorded as done."""
        by_month = [months for reps in self.activities_by_rep.values() for months in reps.values()]
        return sum(sum(months.values()) for months in by_month)

    def write(self, path: Path) -> None:
        """Write it as JSON, decimals as text; never into the landing folder, where it would be an unknown file."""
        path.write_text(json.dumps(dataclasses.asdict(self), indent=2, default=str) + "\n", encoding="utf-8")


def make_truth(
    company: Company,
    known_deals: pd.DataFrame,
    activities: pd.DataFrame,
    rates: pd.DataFrame,
    quotas: pd.DataFrame,
    sources: tuple[str, ...],
    as_of: np.datetime64,
) -> Truth:
    """The truth of the last extract: its deals as `deals_known`, its activities as `count_activities` returns them."""
    stage = known_deals["stage_code"]
    credits = credit(company, known_deals[stage == WON], rates)
    counted = _counted(company, known_deals, as_of)
    closed = counted[counted["is_closed"]].rename(columns={"closed_in": "month"})
    created = counted.rename(columns={"created_in": "month"})
    counted_metrics = {
        "new_customers": (_new_customers(credits, known_deals), 4),
        "units_sold": (_units_sold(company, credits), 4),
        "pipeline_created": (_pipeline_created(company, known_deals, rates), 2),
        "leads_qualified": (_leads_qualified(company, as_of), 0),
        **{f"{name}s": (_activities_of(company, activities, name), 0) for name in ACTIVITY_TYPES},
    }
    return Truth(
        as_of_date=str(as_of),
        rep_ids=tuple(company.reps["full_id"]),
        won_count=int((stage == WON).sum()),
        lost_count=int((stage == LOST).sum()),
        open_count=int((~stage.isin([WON, LOST])).sum()),
        won_amount_by_company=_by_month(credits, "amount", 2),
        won_amount_by_rep=_by_group(credits, "rep_id", "amount", 2),
        won_amount_by_team=_by_group(with_parent(credits), "team_id", "amount", 2),
        deals_won_by_rep=_by_group(credits, "rep_id", "share", 4),
        won_of_closed_by_company=_rates(closed),
        won_of_closed_by_rep={str(rep): _rates(rows) for rep, rows in closed.groupby("rep_id")},
        won_of_closed_by_team={str(team): _rates(rows) for team, rows in with_parent(closed).groupby("team_id")},
        won_of_created_by_company=_rates(created),
        won_of_created_by_rep={str(rep): _rates(rows) for rep, rows in created.groupby("rep_id")},
        won_of_created_by_team={str(team): _rates(rows) for team, rows in with_parent(created).groupby("team_id")},
        activities_by_rep=_activities_by_rep(company, activities),
        actuals={metric: _by_assignee(rows, digits) for metric, (rows, digits) in counted_metrics.items()},
        unrecorded=unrecorded_months(
            company, {metric: rows for metric, (rows, _) in counted_metrics.items() if metric not in OF_DEALS}, as_of
        ),
        quota_cases=make_quota_cases(company, quotas, sources),
        breaks=planted_breaks(company.story, sources),
        innocent_changes=innocent_changes(company.story, sources, as_of),
    )


def credit(company: Company, won: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """One row per deal and rep: rep_id, team_id (None: in none), month, share in ten-thousandths, amount in cents."""
    month = won["close_date"].to_numpy().astype("datetime64[M]")
    amount = in_rupiah(won, rate_of(rates, month))
    deals = pd.DataFrame({"deal": won.index, "amount_of_deal": amount, "month": month.astype("datetime64[s]")})
    deals["owner"], deals["on"] = won["owner"].to_numpy(), won["close_date"].to_numpy()
    parts = deals.merge(company.splits, on="deal", how="left")
    parts["rep"] = parts["rep"].fillna(parts["owner"]).astype(int)
    parts["share"] = parts["share"].fillna(10_000).astype(int)
    parts["amount"] = (parts["amount_of_deal"] * parts["share"] + 5000) // 10_000
    # the residual cent goes to the largest share, among equal ones to the smallest rep id, which is the first position
    parts = parts.sort_values(["deal", "share", "rep"], ascending=[True, False, True], ignore_index=True)
    residual = parts["amount_of_deal"] - parts.groupby("deal")["amount"].transform("sum")
    parts["amount"] += np.where(parts["deal"].duplicated(), 0, residual)
    return placed(company, parts)


def count_activities(company: Company, activities: pd.DataFrame, as_of: np.datetime64) -> pd.DataFrame:
    """rep, type (positions), on (day), count of the activities that had been logged by the end of a day."""
    logged = activities[activities["logged_at"] < cutoff_of(as_of)]
    day = local_day(logged["occurred_at"].to_numpy(), REPORTING_OFFSET).astype("datetime64[s]")
    kind = logged["type"].where(logged["type"] != MISSPELT_MEETING, MEETING)
    keys = pd.DataFrame({"rep": logged["rep"], "type": kind, "on": day})
    return keys.groupby(["rep", "type", "on"], as_index=False).size().rename(columns={"size": "count"})


def _activities_by_rep(company: Company, counts: pd.DataFrame) -> dict[str, dict[str, dict[str, int]]]:
    sums = counts.groupby(["type", "rep", _month(counts["on"])])["count"].sum()
    figures: dict[str, dict[str, dict[str, int]]] = {name: {} for name in ACTIVITY_TYPES}
    rep_ids = company.reps["full_id"].to_numpy()
    for (kind, rep, month), count in sums.items():
        months = figures[str(TYPES[kind])].setdefault(rep_ids[rep], {})
        months[str(month.date())] = int(count)
    return figures


def _new_customers(credits: pd.DataFrame, known_deals: pd.DataFrame) -> pd.DataFrame:
    """The credits of each account's first won deal, by close date and then by id."""
    full_id = known_deals["source"] + ":" + known_deals["opportunity_id"]
    opportunity_id = full_id.loc[credits["deal"]].to_numpy()
    account = known_deals["account"].loc[credits["deal"]].to_numpy()
    ordered = credits.assign(opportunity_id=opportunity_id, account=account).sort_values(["on", "opportunity_id"])
    first = ordered.groupby("account")["opportunity_id"].transform("first")
    return ordered[ordered["opportunity_id"] == first].assign(figure=ordered["share"])


def _units_sold(company: Company, credits: pd.DataFrame) -> pd.DataFrame:
    """Only the plain source and Salesforce deliver lines."""
    quantity = company.lines.groupby("deal")["quantity"].sum()
    has_lines = company.deals["source"].isin([GENERIC, SALESFORCE]) | company.deals["moves"]
    sold = credits[has_lines.loc[credits["deal"]].to_numpy()]
    return sold.assign(figure=sold["share"] * quantity.loc[sold["deal"]].to_numpy())


def _pipeline_created(company: Company, known_deals: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Pipedrive does not record who created a deal: there it is the first owner, if the log has one."""
    created_on = local_day(known_deals["created_at"].to_numpy(), REPORTING_OFFSET)
    first_owner = np.where(known_deals["owner_is"] == KNOWN, known_deals["worker"], -1)
    rate = rate_of(rates, created_on)
    created = pd.DataFrame({"rep": np.where(known_deals["source"] == PIPEDRIVE, first_owner, known_deals["creator"])})
    created["on"] = created_on.astype("datetime64[s]")
    created["figure"] = in_rupiah(known_deals, rate)
    return placed(company, created)


def qualified_leads(company: Company, as_of: np.datetime64) -> pd.Series:
    """When each lead was qualified, if it is recorded. Pipedrive does not record it, and Salesforce dates only the
    conversion."""
    leads, cutoff = company.leads, cutoff_of(as_of)
    in_salesforce = (leads["source"] == SALESFORCE) | leads["moves"]
    says = leads["source"].isin([GENERIC, HUBSPOT])
    qualified_at = leads["qualified_at"].where(says, leads["converted_at"].where(in_salesforce))
    return qualified_at[qualified_at < cutoff]


def _leads_qualified(company: Company, as_of: np.datetime64) -> pd.DataFrame:
    qualified_at = qualified_leads(company, as_of)
    on = local_day(qualified_at.to_numpy(), REPORTING_OFFSET).astype("datetime64[s]")
    owner = company.leads["owner"].loc[qualified_at.index].to_numpy()
    return placed(company, pd.DataFrame({"rep": owner, "on": on, "figure": 1}))


def _activities_of(company: Company, counts: pd.DataFrame, name: str) -> pd.DataFrame:
    of_type = counts[TYPES[counts["type"]] == name].reset_index(drop=True)
    return placed(company, of_type.rename(columns={"count": "figure"}))


def _by_assignee(rows: pd.DataFrame, digits: int) -> Actuals:
    rows = rows.assign(month=_month(rows["on"]))
    return {
        **_by_group(rows, "rep_id", "figure", digits),
        **_by_group(with_parent(rows), "team_id", "figure", digits),
        "company": _by_month(rows, "figure", digits),
    }


def _month(days: pd.Series) -> pd.Series:
    return pd.Series(days.to_numpy().astype("datetime64[M]").astype("datetime64[s]"), days.index, name="month")


def _counted(company: Company, deals: pd.DataFrame, as_of: np.datetime64) -> pd.DataFrame:
    """One row per deal: rep_id, team_id, is_won, is_closed, closed_in and created_in (months)."""
    closed = deals["stage_code"].isin([WON, LOST]).to_numpy()
    today = as_of.astype("datetime64[s]")
    created_on = local_day(deals["created_at"].to_numpy(), REPORTING_OFFSET)
    close_date = deals["close_date"].to_numpy()
    counted = pd.DataFrame({"rep": deals["owner"].to_numpy(), "on": np.where(closed, close_date, today)})
    counted["is_won"], counted["is_closed"] = (deals["stage_code"] == WON).to_numpy(), closed
    counted["closed_in"] = close_date.astype("datetime64[M]").astype("datetime64[s]")
    counted["created_in"] = created_on.astype("datetime64[M]").astype("datetime64[s]")
    return placed(company, counted)


def placed(company: Company, rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with rep_id and with team_id, the team in which the rep is on the day `on`."""
    stays = company.memberships[["rep", "team", "valid_from", "valid_to"]].merge(
        rows[["rep", "on"]].reset_index(), on="rep"
    )
    stays = stays[(stays["valid_from"] <= stays["on"]) & ~(stays["valid_to"] < stays["on"])].set_index("index")
    names = np.append(company.reps["full_id"].to_numpy(dtype=object), UNASSIGNED)
    team_ids = np.array([f"{GENERIC}:{team}" for team in TEAM_IDS], dtype=object)
    return rows.assign(rep_id=names[rows["rep"]], team_id=pd.Series(team_ids[stays["team"]], stays.index, dtype=object))


def with_parent(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in a team, and once more under the team above."""
    in_a_team = rows[rows["team_id"].notna()]
    return pd.concat([in_a_team, in_a_team.assign(team_id=f"{GENERIC}:{PARENT_TEAM}")])


def _rates(counted: pd.DataFrame) -> Rates:
    sums = counted.groupby("month")["is_won"].agg(["sum", "size"])
    return {str(row.Index.date()): (int(row.sum), int(row.size)) for row in sums.itertuples()}


def _by_month(credits: pd.DataFrame, column: str, digits: int) -> Months:
    sums = credits.groupby("month")[column].sum()
    return {str(month.date()): Decimal(int(value)).scaleb(-digits) for month, value in sums.items()}


def _by_group(credits: pd.DataFrame, group: str, column: str, digits: int) -> dict[str, Months]:
    return {str(name): _by_month(rows, column, digits) for name, rows in credits.groupby(group)}
