"""Leads: those that became deals, and those that did not."""

import numpy as np
import pandas as pd

from sample_company.people import Window, source_at
from sample_company.story import Story, moved_at
from sample_company.systems import GENERIC, mixed_ids
from sample_company.working_days import add_working_days, first_day, instant, local_day

LEAD_SOURCES = np.array(["website", "referral", "trade show", "phone", "whatsapp"])


def make_leads(
    rng: np.random.Generator, deals: pd.DataFrame, reps: pd.DataFrame, window: Window, story: Story
) -> pd.DataFrame:
    """One row per lead, oldest first: created_at and, NaT where it never happens, contacted_at, qualified_at,
    converted_at, rejected_at; deal (-1: none); rep and owner (positions; owner -1: none), lead_source, utc_offset;
    source: the system that it came in to, lead_id its id there."""
    deal_day = local_day(deals["created_at"].to_numpy(), deals["utc_offset"].to_numpy())
    old_enough = np.flatnonzero(deal_day > first_day(window.first_month) + 30)
    deal = np.sort(rng.permutation(old_enough)[: len(old_enough) * 3 // 10])
    stray = len(reps) * window.months * 17 // 4
    span = int((first_day(window.last_month + 1) - first_day(window.first_month)).astype(int))
    rep = np.concatenate([deals["worker"].to_numpy()[deal], rng.integers(0, len(reps), stray)])
    deal = np.concatenate([deal, np.full(stray, -1)])
    age = rng.integers(3, 13, len(deal))
    stray_day = add_working_days(first_day(window.first_month) + rng.integers(0, span, len(deal)), 0)
    created_on = np.where(deal >= 0, add_working_days(deal_day[deal], -age), stray_day)
    ended_on = reps["ended_on"].to_numpy().astype("datetime64[D]")[rep]
    hired_on = reps["hired_on"].to_numpy().astype("datetime64[D]")[rep]
    fate = np.where(deal >= 0, 1.0, rng.random(len(deal)))
    offset = reps["utc_offset"].to_numpy()[rep]
    never = np.datetime64("NaT", "s")
    leads = pd.DataFrame({"deal": deal, "rep": rep, "utc_offset": offset})
    leads["created_at"] = instant(created_on, rng.integers(8 * 3600, 12 * 3600, len(deal)), offset)
    wait = np.minimum(rng.lognormal(np.log(5400), 1, len(deal)), 18_000).astype("timedelta64[s]")
    leads["contacted_at"] = np.where(fate > 0.25, leads["created_at"].to_numpy() + wait, never)
    qualified_on = add_working_days(created_on, 1 + (rng.random(len(deal)) * (age - 2)).astype(int))
    second = rng.integers(8 * 3600, 17 * 3600, len(deal))
    leads["qualified_at"] = np.where(fate > 0.82, instant(qualified_on, second, offset), never)
    leads["rejected_at"] = np.where((fate > 0.25) & (fate < 0.7), instant(qualified_on, second, offset), never)
    leads["converted_at"] = np.where(deal >= 0, deals["created_at"].to_numpy()[deal], never)
    source = rng.integers(0, 5, len(deal))
    # the lists of the CRMs contained it from the beginning
    is_unlisted = (created_on < story.whatsapp_listed) & (reps["source"] == GENERIC).to_numpy()[rep]
    leads["lead_source"] = LEAD_SOURCES[np.where((source == 4) & is_unlisted, 3, source)]
    unowned = (deal < 0) & (fate < 0.04)
    leads["owner"] = np.where(unowned, -1, rep)
    leads = leads[(created_on >= hired_on) & (np.isnat(ended_on) | (created_on <= ended_on))]
    leads = leads.sort_values("created_at", kind="stable", ignore_index=True)
    sources = reps["source"].to_numpy(dtype=object)[leads["rep"]]
    leads["source"] = source_at(sources, leads["created_at"].to_numpy(), moved_at(story))
    leads["lead_id"] = mixed_ids(leads["source"], "lead")
    return leads
