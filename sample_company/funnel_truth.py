"""What happened to the deals and leads that reached a stage, calculated from the company's own log."""

from itertools import pairwise

import numpy as np
import pandas as pd

from sample_company.activities import CALL
from sample_company.deals import LOST, NEGOTIATION, STAGES, WON
from sample_company.extract import Company, cutoff_of
from sample_company.migration import is_of_before
from sample_company.story import REPORTING_OFFSET
from sample_company.systems import GENERIC, HUBSPOT, PIPEDRIVE, SALESFORCE
from sample_company.truth import Funnel, placed, qualified_leads, with_parent
from sample_company.working_days import local_day

_NEVER = np.datetime64("2200-01-01", "s")
_DEALS = [str(name) for name in STAGES[: WON + 1]]
_LEADS = ["created", "contacted", "qualified", "opportunity", "won"]
# Pipedrive records neither contacts nor qualification of leads
_PIPEDRIVE_LEADS = ["created", "opportunity", "won"]


def contacted_leads(company: Company, activities: pd.DataFrame, as_of: np.datetime64) -> pd.Series:
    """The first contact that was on record at the end of a day, by lead (position). Pipedrive has no directions of
    contacts. Salesforce has them only for calls, and none from before it had the lead."""
    logged = activities["logged_at"] < cutoff_of(as_of)
    says = activities["source"].isin([GENERIC, HUBSPOT])
    is_call = (activities["source"] == SALESFORCE) & (activities["type"] == CALL)
    says |= is_call & ~is_of_before(company, activities["occurred_at"])
    contacts = activities[logged & says & (activities["lead"] >= 0)]
    return contacts.groupby("lead")["occurred_at"].min()


def make_funnel(company: Company, known_deals: pd.DataFrame, contacts: pd.Series, as_of: np.datetime64) -> Funnel:
    """For the deals and leads that first reached a stage in a month: how many reached it, converted, are open, were
    lost.

    Deals by pipeline, leads as the pipeline `leads`, under the team of the owner: for a closed deal at its close, for
    an open one on the last day, for a lead on the day it came in. `known_deals` is `deals_known` of that day,
    `contacts` what `contacted_leads` returns. Months without any are left out."""
    deals = _deals(company, known_deals, as_of)
    leads = _leads(company, known_deals, contacts, as_of)
    of_pipedrive = (leads["source"] == PIPEDRIVE).to_numpy()
    tracks = [
        ("sales", _DEALS, deals),
        ("leads", _LEADS, leads[~of_pipedrive]),
        ("leads", _PIPEDRIVE_LEADS, leads[of_pipedrive]),
    ]
    counted = pd.concat([_counted(pipeline, stages, rows) for pipeline, stages, rows in tracks if len(rows)])
    keys = ["segment", "step", "month"]
    sums = counted.groupby(keys, as_index=False)[["reached", "converted", "open", "lost"]].sum()
    funnel: Funnel = {}
    for row in sums.itertuples(index=False):
        months = funnel.setdefault(str(row.segment), {}).setdefault(str(row.step), {})
        months[str(row.month.date())] = (int(row.reached), int(row.converted), int(row.open), int(row.lost))
    return funnel


def _counted(pipeline: str, stages: list[str], rows: pd.DataFrame) -> pd.DataFrame:
    """One row per member of a cohort and segment: segment, step, month, and reached, converted, open, lost as 0 or
    1."""
    # a stage is reached with the first entry into it or a later one
    reached = rows[stages[::-1]].fillna(_NEVER).cummin(axis="columns")
    reached[stages[-1]] = rows[stages[-1]].fillna(_NEVER)
    segments = pd.concat([rows.assign(segment="company"), with_parent(rows).assign(segment=lambda it: it["team_id"])])
    parts = []
    for first, second in dict.fromkeys([*pairwise(stages), (stages[0], stages[-1])]):
        members = segments[reached[first].loc[segments.index] < _NEVER]
        converted = reached[second].loc[members.index] < _NEVER
        month = reached[first].loc[members.index].to_numpy().astype("datetime64[M]").astype("datetime64[s]")
        part = pd.DataFrame({"segment": members["segment"], "step": f"{pipeline}: {first} > {second}", "month": month})
        part["reached"], part["converted"] = 1, converted
        part["open"], part["lost"] = ~converted & ~members["is_closed"], ~converted & members["is_closed"]
        parts.append(part)
    return pd.concat(parts)


def _deals(company: Company, known_deals: pd.DataFrame, as_of: np.datetime64) -> pd.DataFrame:
    """One row per deal: team_id, is_closed, and for each stage the first day in it. A reopened win counts as a visit of
    the last open stage, because it shows that the stage was reached."""
    events = company.events[company.events["changed_at"] < cutoff_of(as_of)]
    stage = events["to_stage"].where(events["to_stage"] != WON, NEGOTIATION)
    day = local_day(events["changed_at"].to_numpy(), REPORTING_OFFSET).astype("datetime64[s]")
    entries = pd.DataFrame({"deal": events["deal"], "stage": stage, "day": day})
    entries = entries[entries["stage"] != LOST]
    first = entries.groupby(["deal", "stage"])["day"].min().unstack("stage").reindex(known_deals.index)
    deals = first.rename(columns=dict(enumerate(_DEALS)))
    is_won = known_deals["stage_code"] == WON
    deals["is_closed"] = known_deals["stage_code"].isin([WON, LOST])
    deals[_DEALS[WON]] = known_deals["close_date"].where(is_won)
    today = as_of.astype("datetime64[s]")
    owned = deals.assign(rep=known_deals["owner"], on=np.where(deals["is_closed"], known_deals["close_date"], today))
    return placed(company, owned)


def _leads(company: Company, known_deals: pd.DataFrame, contacts: pd.Series, as_of: np.datetime64) -> pd.DataFrame:
    """One row per lead: team_id, source, is_closed, and by milestone its day."""
    cutoff = cutoff_of(as_of)
    known = company.leads[company.leads["created_at"] < cutoff]
    deal = known["deal"].where(known["converted_at"] < cutoff, -1)
    deals = known_deals.reindex(deal).set_axis(known.index)
    instants = {
        "created": known["created_at"],
        "contacted": contacts.reindex(known.index),
        "qualified": qualified_leads(company, as_of).reindex(known.index),
        "opportunity": deals["created_at"],
    }
    days = {
        name: pd.Series(local_day(at.to_numpy().astype("datetime64[s]"), REPORTING_OFFSET), known.index)
        for name, at in instants.items()
    }
    leads = pd.DataFrame(days).astype("datetime64[s]")
    leads["won"] = deals["close_date"].where(deals["stage_code"] == WON)
    # a lead without a deal is lost when its status says so; Pipedrive has no such status
    says = (known["source"] != PIPEDRIVE) | known["moves"]
    rejected = (known["rejected_at"] < cutoff) & says
    leads["is_closed"] = np.where(deal >= 0, deals["stage_code"].isin([WON, LOST]), rejected)
    # deals that were open in Pipedrive continue in Salesforce
    leads["source"] = known["source"].where(~known["moves"], SALESFORCE)
    leads["rep"] = known["owner"]
    return placed(company, leads.assign(on=leads["created"]))
