"""The quotas of the sample company: a plan by rep, team and company, and its revision."""

import numpy as np
import pandas as pd

from sample_company.deals import WON
from sample_company.people import LEAVER, TEAM_IDS, Window, or_blank
from sample_company.systems import GENERIC
from sample_company.working_days import first_day

_STEP = 5_000_000
# planners know most of what a quarter brings: its season, the open deals, the rep's accounts
_FORESEEN = 0.75
# of the usual, in the quarter of the start, the next one, and the third
_START = [0.2, 0.4, 0.8]
# by position of the team: a plan is too high for the territory that has just opened, and too low for some
_AMBITION = np.array([0.95, 0.99, 1.02, 0.97, 0.97, 1.45])
_DEALS_A_MONTH = 2


def make_quotas(
    deals: pd.DataFrame,
    events: pd.DataFrame,
    rates: pd.DataFrame,
    reps: pd.DataFrame,
    window: Window,
    sources: tuple[str, ...],
) -> pd.DataFrame:
    """The plan of the first extract: revenue by rep and quarter, for the first team in Jakarta by quarter and for the
    company by year; deals by month for the reps around Jayapura. target in rupiah or deals."""
    first_quarter = window.first_month - window.first_month.astype(int) % 3
    year_after = (window.last_month.astype("datetime64[Y]") + 1).astype("datetime64[M]")
    quarters = np.arange(first_quarter, year_after, 3)
    revenue = pd.DataFrame(
        {
            "position": np.tile(np.arange(len(reps)), len(quarters)),
            "month": quarters.repeat(len(reps)).astype("datetime64[s]"),
        }
    )
    revenue["target"] = _round_up(_planned(revenue, deals, events, rates, reps, window), _STEP)
    quarter = revenue["month"].to_numpy().astype("datetime64[M]")
    hired = reps["hired_on"].to_numpy().astype("datetime64[M]")[revenue["position"]]
    ended = reps["ended_on"].to_numpy().astype("datetime64[M]")[revenue["position"]]
    # hires and exits are planned by quarter: the first and the last quarter of a rep are full ones
    revenue = revenue[(hired < quarter + 3) & (np.isnat(ended) | (quarter <= ended))]
    revenue = revenue.assign(assignee_type="rep", assignee=reps["register_id"].to_numpy()[revenue["position"]])
    teams = (
        revenue[(revenue["position"] % 6 == 0) & (GENERIC in sources)].groupby("month", as_index=False)["target"].sum()
    )
    teams = teams.assign(assignee_type="team", assignee=TEAM_IDS[0], target=_round_up(teams["target"] * 1.1, _STEP))
    years = _company_plan(revenue, window)
    money = pd.concat([years, teams.assign(period_type="quarter"), revenue.assign(period_type="quarter")])
    money = money.assign(metric="revenue_won", currency="IDR")
    months = window.first_month + np.arange(window.months)
    position = np.arange(2, len(reps), 3)
    deals_won = pd.DataFrame({"month": np.tile(months, len(position)), "position": position.repeat(window.months)})
    hired, ended = (
        reps[day].to_numpy().astype("datetime64[M]")[deals_won["position"]] for day in ("hired_on", "ended_on")
    )
    month = deals_won["month"].to_numpy()
    deals_won = deals_won[(hired <= month) & (np.isnat(ended) | (month <= ended))]
    deals_won["assignee"] = reps["register_id"].to_numpy()[deals_won["position"]]
    deals_won = deals_won.assign(assignee_type="rep", metric="deals_won", period_type="month", target=_DEALS_A_MONTH)
    quotas = pd.concat([money, deals_won]).rename(columns={"month": "period_start"})
    return quotas.drop(columns="position").reset_index(drop=True)


def _planned(
    plan: pd.DataFrame,
    deals: pd.DataFrame,
    events: pd.DataFrame,
    rates: pd.DataFrame,
    reps: pd.DataFrame,
    window: Window,
) -> pd.Series:
    """The revenue planned for each rep (position) and quarter (month), in rupiah: a mix of what a rep of this strength
    usually wins and of what the deals of the quarter bring; after the window the usual alone."""
    dollars = float(rates["rate_to_reporting"].mean()) / 100
    amounts = (deals["amount"] * np.where(deals["in_dollars"], dollars, 1)).to_numpy() / 100
    won = events[events["to_stage"] == WON].drop_duplicates("deal", keep="last")
    month = won["changed_at"].to_numpy().astype("datetime64[M]")
    won = won.assign(
        position=deals["worker"].to_numpy()[won["deal"]],
        month=(month - month.astype(int) % 3).astype("datetime64[s]"),
        amount=amounts[won["deal"]],
    )
    by_quarter = won.groupby(["position", "month"])["amount"].sum()
    strength = reps["win_probability"] / reps["win_probability"].mean()
    usual = plan["position"].map(strength) * by_quarter.mean()
    brings = by_quarter.reindex(pd.MultiIndex.from_frame(plan[["position", "month"]])).fillna(0)
    begun = np.maximum(reps["hired_on"].to_numpy().astype("datetime64[M]"), window.first_month)[plan["position"]]
    quarters = (plan["month"].to_numpy().astype("datetime64[M]") - begun).astype(int) // 3
    usual *= np.interp(quarters, [-1, 0, 2], _START)
    known = plan["month"].to_numpy().astype("datetime64[M]") <= window.last_month
    expected = np.where(known, (1 - _FORESEEN) * usual + _FORESEEN * brings.to_numpy(), usual)
    return pd.Series(expected * _AMBITION[plan["position"] % 6], plan.index)


def _company_plan(revenue: pd.DataFrame, window: Window) -> pd.DataFrame:
    """One quota per calendar year, a little below the sum of the reps' quotas; for a year that began before the window
    it counts from the first month on, and is the quota of the whole year."""
    by_year = revenue.assign(month=revenue["month"].to_numpy().astype("datetime64[Y]").astype("datetime64[s]"))
    by_year = by_year.groupby("month", as_index=False)["target"].sum()
    begun = by_year["month"].to_numpy().astype("datetime64[M]") < window.first_month
    year_share = np.where(begun, 1 - window.first_month.astype(int) % 12 / 12, 1)
    by_year["target"] = _round_up(by_year["target"] * 0.95 / year_share, 100_000_000)
    by_year["effective_from"] = np.where(begun, first_day(window.first_month), np.datetime64("NaT", "s"))
    by_year["note"] = or_blank(begun, "the plan of the whole year; counted since the CRM is in use")
    return by_year.assign(assignee_type="company", assignee="company", period_type="year")


def revise_quotas(quotas: pd.DataFrame, reps: pd.DataFrame) -> pd.DataFrame:
    """The quotas with one more row: the successor of a leaving rep gets a quarter more from the day after the rep's
    last day."""
    from_day = reps["ended_on"].to_numpy()[LEAVER] + np.timedelta64(1, "D")
    month = from_day.astype("datetime64[M]")
    quarter = month - month.astype(int) % 3
    heir = reps["register_id"].to_numpy()[reps["heir"].to_numpy()[LEAVER]]
    is_old = (quotas["assignee"] == heir) & (quotas["metric"] == "revenue_won")
    old = quotas[is_old & (quotas["period_start"].to_numpy() == quarter)]
    revision = old.assign(target=_round_up(old["target"] * 1.25, _STEP), effective_from=from_day)
    revision = revision.assign(note="takes over the customers of " + reps["name"][LEAVER])
    return pd.concat([quotas, revision], ignore_index=True)


def _round_up(amount: pd.Series, step: int) -> pd.Series:
    return (np.ceil(amount / step) * step).astype(int)
