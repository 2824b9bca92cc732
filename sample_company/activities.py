"""What reps did and when they wrote it down: touches of deals, proposals sent, first contacts with leads."""

import numpy as np
import pandas as pd

from sample_company.deals import PROPOSAL
from sample_company.people import Window, or_blank
from sample_company.working_days import TRADING, add_working_days, first_day, instant, last_day, local_day

LOGGING_FROM = 3  # months after the first: until then the team in Jayapura logs nothing
LATE_LOGGING_TEAM = 2
_TYPES = np.array(["call", "email", "meeting"])
MISSPELT, MENDED = "metting", "meeting"
_TOOLS = {
    "call": "phone",
    "email": "mail client",
    "meeting": "calendar",
    MISSPELT: "calendar",
    "proposal": "mail client",
}
_OUTCOMES = np.array(["reached", "no answer", "follow-up agreed"])


def make_activities(
    rng: np.random.Generator,
    deals: pd.DataFrame,
    events: pd.DataFrame,
    leads: pd.DataFrame,
    reps: pd.DataFrame,
    window: Window,
) -> pd.DataFrame:
    """One row an activity, in the order in which they were logged; deal and lead are positions (-1: none)."""
    proposals = events[events["to_stage"] == PROPOSAL]
    contacts = leads[leads["contacted_at"].notna()]
    sent = proposals.rename(columns={"changed_by": "rep", "changed_at": "occurred_at"})
    sent = sent[["deal", "rep", "occurred_at"]].assign(type="proposal", direction="outbound")
    contacted = contacts.assign(lead=contacts.index).rename(columns={"contacted_at": "occurred_at"})
    contacted = contacted[["lead", "rep", "occurred_at"]].assign(
        type=_TYPES[rng.integers(0, 2, len(contacts))], direction="outbound"
    )
    parts = [_touches(rng, deals, events, window), sent, contacted]
    activities = pd.concat(parts, ignore_index=True).fillna({"deal": -1, "lead": -1})
    activities = activities.astype({"deal": int, "lead": int, "rep": int})
    offset = reps["utc_offset"].to_numpy()[activities["rep"]]
    occurred_on = local_day(activities["occurred_at"].to_numpy(), offset)
    left = occurred_on > reps["ended_on"].to_numpy().astype("datetime64[D]")[activities["rep"]]
    activities["rep"] = np.where(left, reps["heir"].to_numpy()[activities["rep"]], activities["rep"])
    activities["utc_offset"] = offset
    count = len(activities)
    lag = np.where(rng.random(count) < 0.88, rng.integers(60, 3600, count), rng.integers(1, 7, count) * 86_400)
    activities["logged_at"] = activities["occurred_at"] + lag.astype("timedelta64[s]")
    activities["tool"] = activities["type"].map(_TOOLS)
    timed = activities["type"].isin(["call", "meeting", MISSPELT])
    minutes = np.maximum(rng.gamma(2, 10, count).astype(int), 1)
    activities["duration_minutes"] = pd.array(minutes, dtype="Int64")
    activities.loc[~timed, "duration_minutes"] = pd.NA
    outcome = _OUTCOMES[rng.integers(0, 3, count)]
    activities["outcome"] = or_blank(activities["type"] != "proposal", outcome)
    unlogged = (activities["rep"] % 3 == LATE_LOGGING_TEAM) & (occurred_on < first_day(window.month(LOGGING_FROM)))
    activities = activities[~unlogged].sort_values(["logged_at", "deal", "lead"], kind="stable", ignore_index=True)
    activities["activity_id"] = "V" + pd.Series(np.arange(1, len(activities) + 1)).astype(str).str.zfill(7)
    return activities


def _touches(rng: np.random.Generator, deals: pd.DataFrame, events: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Calls, emails and meetings, spread over the working days between a deal's first and last known event."""
    offset = deals["utc_offset"].to_numpy()
    start = local_day(deals["created_at"].to_numpy(), offset)
    end = local_day(events.groupby("deal")["changed_at"].last().to_numpy(), offset)
    length = np.busday_count(start, np.minimum(end, last_day(window.last_month)), busdaycal=TRADING)
    deal = np.repeat(np.arange(len(deals)), rng.poisson(2.9, len(deals)))
    day = add_working_days(start[deal], (rng.random(len(deal)) * (length[deal] + 1)).astype(int))
    kind = rng.choice(3, len(deal), p=[0.5, 0.33, 0.17])
    misspelt = (kind == 2) & (rng.random(len(deal)) < 0.05)
    second = rng.integers(8 * 3600, 17 * 3600 + 1800, len(deal))
    return pd.DataFrame(
        {
            "deal": deal,
            "rep": deals["worker"].to_numpy()[deal],
            "occurred_at": instant(day, second, offset[deal]),
            "type": np.where(misspelt, MISSPELT, _TYPES[kind]),
            "direction": np.where(rng.random(len(deal)) < 0.8, "outbound", "inbound"),
        }
    )
