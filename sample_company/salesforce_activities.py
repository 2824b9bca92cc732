"""The tasks and events of Salesforce's data export: activities logged since the last one, and once those copied from
Pipedrive."""

import numpy as np
import pandas as pd

from sample_company.activities import CALL, EMAIL, MEETING, OUTCOMES, SENT_PROPOSAL
from sample_company.extract import Company, cutoff_of, named
from sample_company.migration import imported_at, is_of_before
from sample_company.people import or_blank
from sample_company.story import REPORTING_OFFSET
from sample_company.systems import PIPEDRIVE, SALESFORCE, native_ids
from sample_company.working_days import local_day

PROPOSAL_TYPE = "Proposal"
_COPIED = np.timedelta64(30, "D")
_COPIES = 400_000_000


def salesforce_activities_known(
    company: Company, activities: pd.DataFrame, since: np.datetime64 | None, day: np.datetime64
) -> dict[str, pd.DataFrame]:
    """Tasks and events that were logged after the day `since`. Emails have no direction."""
    cutoff = cutoff_of(day)
    logged_at = activities["logged_at"]
    new = (activities["source"] == SALESFORCE) & (logged_at < cutoff)
    known = activities[new if since is None else new & (logged_at >= cutoff_of(since))]
    if day >= company.story.crm_changed and (since is None or since < company.story.crm_changed):
        known = pd.concat([known, _imported(company, activities)])
    occurred_at, kind = known["occurred_at"], known["type"]
    # activities from before the move that are entered late do not name the lead, which had another id in Pipedrive
    of_pipedrive = np.append((company.leads["source"] == PIPEDRIVE).to_numpy(), False)[known["lead"]]
    lead = known["lead"].where(~(is_of_before(company, occurred_at.to_numpy()) & of_pipedrive), -1).to_numpy()
    converted = np.append((company.leads["converted_at"] < cutoff).to_numpy(), False)[lead]
    contact_ids = native_ids(SALESFORCE, "contact", company.leads.index, len(company.leads))
    lead_ids = np.where(converted, contact_ids[lead], company.leads["salesforce_id"].to_numpy(dtype=object)[lead])
    account = np.append(company.deals["account"].to_numpy(), -1)[known["deal"]]
    minutes = known["duration_minutes"]
    written = known.assign(
        OwnerId=named(company.reps["salesforce_id"], known["rep"]),
        WhatId=named(company.deals["salesforce_id"], known["deal"]),
        WhoId=or_blank(lead >= 0, lead_ids),
        AccountId=named(company.accounts["salesforce_id"], account),
        ActivityDate=local_day(occurred_at.to_numpy(), REPORTING_OFFSET).astype("datetime64[s]"),
        CreatedDate=known["logged_at"],
        SystemModstamp=known["logged_at"],
        IsDeleted="false",
        IsRecurrence="false",
    )
    is_event = (kind == MEETING).to_numpy()
    is_call = (kind == CALL).to_numpy()
    tasks = written.assign(
        prefix="00T5g",
        Status="Completed",
        IsClosed="true",
        Type=np.select([kind == SENT_PROPOSAL], [PROPOSAL_TYPE], "Other"),
        TaskSubtype=np.select([is_call, kind == EMAIL], ["Call", "Email"], "Task"),
        CallType=or_blank(is_call, np.where(known["direction"] == 0, "Outbound", "Inbound")),
        CallDurationInSeconds=or_blank(is_call, (minutes * 60).astype(str)),
        CallDisposition=named(OUTCOMES, np.where(is_call, known["outcome"], -1)),
        CompletedDateTime=known["logged_at"],
    )
    events = written.assign(
        prefix="00U5g",
        Type="Meeting",
        StartDateTime=occurred_at,
        ActivityDateTime=occurred_at,
        DurationInMinutes=minutes.astype(str),
        IsAllDayEvent="false",
        IsChild="false",
    )
    return {"Task": tasks[~is_event], "Event": events[is_event]}


def _imported(company: Company, activities: pd.DataFrame) -> pd.DataFrame:
    """Activities of the last month before the move on deals that moved: copied, with new ids."""
    at = imported_at(company.story)
    moved = np.append(company.deals["moves"].to_numpy(), False)[activities["deal"]]
    done = (activities["source"] == PIPEDRIVE) & (activities["occurred_at"] >= at - _COPIED)
    copied = activities[moved & done]
    return copied.assign(number=copied["number"] + _COPIES, logged_at=at)
