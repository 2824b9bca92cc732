"""The times at which nothing of a metric is recorded, so its figure is unknown and not 0."""

from typing import Any

import numpy as np
import pandas as pd

from sample_company.extract import Company
from sample_company.people import PARENT_TEAM, TEAM_IDS, source_at
from sample_company.story import JAKARTA_TWO, JAYAPURA, NEVER
from sample_company.systems import GENERIC, PIPEDRIVE, SALESFORCE

# their reps log them, or do not
OF_ACTIVITIES = ("calls", "emails", "meetings", "proposals")
_NEVER = np.datetime64("NaT", "s")


def unrecorded_months(
    company: Company, counted: dict[str, pd.DataFrame], as_of: np.datetime64
) -> dict[str, dict[str, list[str]]]:
    """By metric and rep, team or `company`, the months without a recorded day: before the source's first one, and
    in Jayapura before activities were tracked, in the second team of Jakarta since its reps with the plain source
    stopped (which is detected for sure). A team or the company is recorded where one of its reps is."""
    reps, stays = company.reps, company.memberships
    days = pd.concat([rows["on"] for rows in counted.values() if len(rows)])
    first_month = days.min().to_numpy().astype("datetime64[M]")
    months = np.arange(first_month, as_of.astype("datetime64[M]") + 1)
    is_there = _months_within(months, stays["valid_from"], stays["valid_to"])
    team_ids = np.array([f"{GENERIC}:{team}" for team in TEAM_IDS], dtype=object)
    rep_id, team_id = reps["full_id"].to_numpy()[stays["rep"]], team_ids[stays["team"]]
    of_jayapura = reps["source"].loc[stays["rep"]] == reps["source"][JAYAPURA]
    begins_late = (stays["team"] == JAYAPURA).to_numpy() & of_jayapura.to_numpy()
    of_plain = (reps["source"].loc[stays["rep"]] == GENERIC).to_numpy()
    stops = (stays["team"] == JAKARTA_TWO).to_numpy() & of_plain
    figures: dict[str, dict[str, list[str]]] = {}
    for metric, rows in counted.items():
        since = _recorded_since(company, rows)
        by_source = _months_within(months, since, np.full(len(reps), _NEVER)) & ~np.isnat(since)[:, None]
        lost = {name: months[~by_source[position]] for position, name in enumerate(reps["full_id"])}
        is_recorded = is_there & by_source[stays["rep"]]
        if metric in OF_ACTIVITIES:
            tracked = (months >= company.story.tracking_started.astype("datetime64[M]"))[None, :]
            goes_on = (months < company.story.tracking_stopped.astype("datetime64[M]"))[None, :]
            is_recorded &= (tracked | ~begins_late[:, None]) & (goes_on | ~stops[:, None])
        for names in (rep_id, team_id, np.full(len(stays), f"{GENERIC}:{PARENT_TEAM}", dtype=object)):
            for name in sorted(set(names)):
                own = names == name
                unknown = months[is_there[own].any(axis=0) & ~is_recorded[own].any(axis=0)]
                lost[name] = np.union1d(lost.get(name, unknown), unknown)
        lost["company"] = months[~by_source.any(axis=0)]
        figures[metric] = {name: [str(month.astype("datetime64[D]")) for month in gone] for name, gone in lost.items()}
    return figures


def _recorded_since(company: Company, rows: pd.DataFrame) -> Any:
    """For each rep the day from which one of the rep's systems records what `rows` count: each system from its first
    row on."""
    reps, of_reps = company.reps, rows[rows["rep"] >= 0]
    source = source_at(
        reps["source"].to_numpy(dtype=object)[of_reps["rep"]], of_reps["on"].to_numpy(), company.story.crm_changed
    )
    first = of_reps.groupby(source)["on"].min()
    since = first.reindex(reps["source"]).to_numpy().astype("datetime64[s]")
    again = first.reindex(np.full(len(reps), SALESFORCE)).to_numpy().astype("datetime64[s]")
    moved = (reps["source"] == PIPEDRIVE) & (company.story.crm_changed != NEVER)
    return np.where(moved, np.fmin(since, again), since)


def _months_within(months: Any, first_day: Any, last_day: Any) -> Any:
    """One row per span and one column per month: whether they have a day in common. A span without a last day does not
    end."""
    first, last = (np.asarray(days).astype("datetime64[M]")[:, None] for days in (first_day, last_day))
    return (first <= months) & (np.isnat(last) | (months <= last))
