"""What reps did and when they logged it: activities on deals, proposals sent, first contacts with leads.

How it was recorded changes over time: see `story.py`. Activities are made by the month in which their deal or lead was
created, so ten million of them are never in memory at once.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sample_company.deals import PROPOSAL
from sample_company.people import Window, source_at, team_of
from sample_company.story import JAKARTA_TWO, JAYAPURA, NEVER, Story, moved_at, within
from sample_company.systems import GENERIC
from sample_company.working_days import TRADING, add_working_days, first_day, instant, last_day, local_day

TOUCHES_A_DEAL = 3.9
MISSPELT, CORRECTED = "metting", "meeting"
TYPES = np.array(["call", "email", "meeting", MISSPELT, "proposal"])
CALL, EMAIL, MEETING, MISSPELT_MEETING, SENT_PROPOSAL = range(5)
TOOLS = np.array(["phone", "mail client", "calendar", "calendar", "mail client"])
OUTCOMES = np.array(["reached", "no answer", "follow-up agreed"])
DIRECTIONS = np.array(["outbound", "inbound"])
_LOGGED_BY_HAND = 0.35


def activity_months(
    seed: list[int],
    deals: pd.DataFrame,
    events: pd.DataFrame,
    leads: pd.DataFrame,
    reps: pd.DataFrame,
    window: Window,
    story: Story,
    touches_a_deal: float,
) -> Iterator[pd.DataFrame]:
    """One frame per month, oldest first, with one row per activity, in the order in which they were logged.

    deal, lead and rep are positions (-1: none); type, outcome and direction positions in the lists above; is_phone:
    delivered by the telephone system; source: the system that it was logged in; `number` counts through all frames from
    1 on.
    """
    starts = np.append(
        first_day(window.first_month + np.arange(1, window.months)).astype("datetime64[s]"),
        NEVER.astype("datetime64[s]"),
    )
    deal_until = np.searchsorted(deals["created_at"].to_numpy(), starts)
    lead_until = np.searchsorted(leads["created_at"].to_numpy(), starts)
    event_deal = events["deal"].to_numpy()
    first_deal = first_lead = number = 0
    for month in range(window.months):
        # one random stream per month: more activities in one month do not change the others
        rng = np.random.default_rng([*seed, month])
        span = slice(*np.searchsorted(event_deal, [first_deal, deal_until[month]]))
        parts = [
            _touches(rng, deals.iloc[first_deal : deal_until[month]], events.iloc[span], window, touches_a_deal),
            _proposals(events.iloc[span]),
            _first_contacts(rng, leads.iloc[first_lead : lead_until[month]]),
        ]
        activities = _recorded(rng, pd.concat(parts, ignore_index=True), reps, story)
        activities["number"] = np.arange(number + 1, number + 1 + len(activities))
        yield activities
        first_deal, first_lead, number = deal_until[month], lead_until[month], number + len(activities)


def _recorded(rng: np.random.Generator, activities: pd.DataFrame, reps: pd.DataFrame, story: Story) -> pd.DataFrame:
    """The activities that were logged, each with what was logged about it and when."""
    rep, kind = activities["rep"].to_numpy(), activities["type"].to_numpy()
    offset = reps["utc_offset"].to_numpy()[rep]
    occurred_at = activities["occurred_at"].to_numpy()
    occurred_on = local_day(occurred_at, offset)
    left = occurred_on > reps["ended_on"].to_numpy().astype("datetime64[D]")[rep]
    rep = np.where(left, reps["heir"].to_numpy()[rep], rep)
    team, source = team_of(reps, rep, occurred_on), reps["source"].to_numpy(dtype=object)[rep]
    is_plain, is_jayapura = source == GENERIC, (team == JAYAPURA) & (source == reps["source"][JAYAPURA])
    count = len(activities)
    is_call = (kind == CALL) & is_plain
    by_phone = is_call & (occurred_on >= story.phone_connected)
    seconds = np.where(rng.random(count) < 0.88, rng.integers(60, 3600, count), rng.integers(1, 7, count) * 86_400)
    late = is_jayapura & within(occurred_on, story.logged_late) & ~by_phone
    late_seconds = rng.integers(14 * 86_400, 28 * 86_400, count)
    lag = np.where(by_phone, 60, np.where(late, late_seconds, seconds))
    minutes = np.maximum(rng.gamma(2, 10, count).astype(int), 1)
    in_seconds = by_phone & (occurred_on >= story.duration_in_seconds)
    timed = np.isin(kind, [CALL, MEETING, MISSPELT_MEETING])
    outcome = rng.integers(0, 3, count)
    recorded = pd.DataFrame(
        {
            "deal": activities["deal"].to_numpy(),
            "lead": activities["lead"].to_numpy(),
            "rep": rep,
            "team": team,
            "utc_offset": offset,
            "source": source_at(source, occurred_at + lag.astype("timedelta64[s]"), moved_at(story)),
            # a CRM has a fixed list of types, so there are no typing errors
            "type": np.where(~is_plain & (kind == MISSPELT_MEETING), MEETING, kind),
            "occurred_at": occurred_at,
            "occurred_on": occurred_on.astype("datetime64[s]"),
            "logged_at": occurred_at + lag.astype("timedelta64[s]"),
            "direction": activities["direction"].to_numpy(),
            "duration_minutes": np.where(timed, np.where(in_seconds, minutes * 60, minutes), -1),
            "outcome": np.where(kind == SENT_PROPOSAL, -1, outcome),
            "is_phone": by_phone,
        }
    )
    by_hand = is_call & ~by_phone & (story.phone_connected != NEVER)
    unlogged = by_hand & (rng.random(count) >= _LOGGED_BY_HAND)
    unlogged |= by_phone & within(occurred_on, story.phone_silent)
    unlogged |= is_jayapura & (occurred_on < story.tracking_started)
    unlogged |= (team == JAKARTA_TWO) & (occurred_on >= story.tracking_stopped) & is_plain
    return recorded[~unlogged].sort_values(["logged_at", "deal", "lead"], kind="stable", ignore_index=True)


def _touches(
    rng: np.random.Generator, deals: pd.DataFrame, events: pd.DataFrame, window: Window, touches_a_deal: float
) -> pd.DataFrame:
    """Calls, emails and meetings, spread over the working days between a deal's first and last known event."""
    offset = deals["utc_offset"].to_numpy()
    start = local_day(deals["created_at"].to_numpy(), offset)
    end = local_day(events.drop_duplicates("deal", keep="last")["changed_at"].to_numpy(), offset)
    length = np.busday_count(start, np.minimum(end, last_day(window.last_month)), busdaycal=TRADING)
    row = np.repeat(np.arange(len(deals)), rng.poisson(touches_a_deal, len(deals)))
    day = add_working_days(start[row], (rng.random(len(row)) * (length[row] + 1)).astype(int))
    kind = rng.choice(3, len(row), p=[0.5, 0.33, 0.17])
    misspelt = (kind == MEETING) & (rng.random(len(row)) < 0.05)
    return pd.DataFrame(
        {
            "deal": deals.index.to_numpy()[row],
            "lead": -1,
            "rep": deals["worker"].to_numpy()[row],
            "occurred_at": instant(day, rng.integers(8 * 3600, 17 * 3600 + 1800, len(row)), offset[row]),
            "type": np.where(misspelt, MISSPELT_MEETING, kind),
            "direction": np.where(rng.random(len(row)) < 0.8, 0, 1),
        }
    )


def _proposals(events: pd.DataFrame) -> pd.DataFrame:
    sent = events[events["to_stage"] == PROPOSAL]
    return pd.DataFrame(
        {"deal": sent["deal"], "lead": -1, "rep": sent["changed_by"], "occurred_at": sent["changed_at"]}
    ).assign(type=SENT_PROPOSAL, direction=0)


def _first_contacts(rng: np.random.Generator, leads: pd.DataFrame) -> pd.DataFrame:
    contacted = leads[leads["contacted_at"].notna()]
    return pd.DataFrame(
        {"deal": -1, "lead": contacted.index, "rep": contacted["rep"], "occurred_at": contacted["contacted_at"]}
    ).assign(type=rng.integers(CALL, EMAIL + 1, len(contacted)), direction=0)
