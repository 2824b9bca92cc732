"""What HubSpot showed at the end of a day, as returned by its API: objects in full, and the newest values of
properties. Some objects were archived or merged into others, but are still delivered."""

from typing import Any

import numpy as np
import pandas as pd

from sample_company.activities import CALL, DIRECTIONS, EMAIL, MEETING, SENT_PROPOSAL
from sample_company.deals import KNOWN, LOST, NEGOTIATION, PROPOSAL, PROSPECTING, QUALIFIED, WON
from sample_company.extract import (
    Company,
    account_ids,
    cutoff_of,
    expected_on,
    leads_known,
    named,
    owner_ids,
    reps_known,
)
from sample_company.people import or_blank
from sample_company.systems import HUBSPOT, native_ids

# in the order of `deals.STAGES`: id and label
STAGE_IDS = np.array(
    ["appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "contractsent", "closedwon", "closedlost"]
)
STAGE_LABELS = np.array(
    [
        "Appointment Scheduled",
        "Qualified To Buy",
        "Presentation Scheduled",
        "Contract Sent",
        "Closed Won",
        "Closed Lost",
    ]
)
PIPELINE_ID, PIPELINE = "default", "sales"
DEAL_TYPES = {"new_business": "newbusiness", "repeat_business": "existingbusiness"}
LEAD_SOURCES = {
    "website": "ORGANIC_SEARCH",
    "referral": "REFERRALS",
    "trade show": "OFFLINE",
    "phone": "DIRECT_TRAFFIC",
    "whatsapp": "SOCIAL_MEDIA",
}
PROPOSAL_TASK = "TODO"
_LEAD_STATUSES = {
    "new": "NEW",
    "contacted": "CONNECTED",
    "qualified": "OPEN_DEAL",
    "converted": "OPEN_DEAL",
    "rejected": "UNQUALIFIED",
}
_LIFECYCLES = {"qualified": "salesqualifiedlead", "converted": "opportunity"}
_PROBABILITY = {PROSPECTING: "0.2", QUALIFIED: "0.4", PROPOSAL: "0.6", NEGOTIATION: "0.9", WON: "1.0", LOST: "0.0"}
_EMAIL_DIRECTIONS = np.array(["EMAIL", "INCOMING_EMAIL"])
_USERS = 60_000_001
_COPIES = 400_000_000
_NEVER = np.datetime64("NaT", "s")
_NOON_IN_JAKARTA = np.timedelta64(5, "h")


def extract_hubspot(
    company: Company, since: np.datetime64 | None, day: np.datetime64, known_deals: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """The frames of the export of `day`, by file name without its ending, without the activities; deal_property_history
    has the values since the export of the day `since`. `known_deals` is `deals_known` of that day."""
    cutoff = cutoff_of(day)
    deals = _deals(company, known_deals[known_deals["source"] == HUBSPOT])
    reps = reps_known(company.reps, day)
    owners = reps[reps["source"] == HUBSPOT]
    names = owners["name"].str.split(" ", n=1)
    accounts = company.accounts[(company.accounts["source"] == HUBSPOT) & (company.accounts["created_at"] < cutoff)]
    leads = company.leads[(company.leads["source"] == HUBSPOT) & (company.leads["created_at"] < cutoff)]
    gone = deals[deals.index % 60 % 30 == 7]
    return {
        "deals": deals,
        "deals_archived": gone.assign(
            id=_copy_ids("deal", gone.index), merged=None, name="Test " + gone["name"], archived=True
        ),
        "deal_property_history": _history(company, deals, None if since is None else cutoff_of(since), cutoff),
        "pipelines": _pipelines(),
        "owners": owners.assign(
            id=owners["rep_id"],
            first_name=names.str[0],
            last_name=names.str[1],
            user_id=owners.index + _USERS,
            archived=owners["ended_on"].notna(),
        ),
        "companies": _with_copies(
            accounts.assign(
                id=accounts["hubspot_id"],
                owner=named(company.reps["rep_id"], accounts["owner"]),
                parent=named(company.accounts["hubspot_id"], accounts["parent"]),
            ),
            "account",
            accounts.index % 40 == 2,
        ),
        "contacts": _contacts(company, leads, cutoff),
    }


def hubspot_activities_known(company: Company, activities: pd.DataFrame, day: np.datetime64) -> dict[str, pd.DataFrame]:
    """HubSpot's activities of `day`, by file; a proposal is a task that is done."""
    known = activities[(activities["logged_at"] < cutoff_of(day)) & (activities["source"] == HUBSPOT)]
    account = np.append(company.deals["account"].to_numpy(), -1)[known["deal"]]
    written = known.assign(
        archived=False,
        owner=named(company.reps["rep_id"], known["rep"]),
        deal_id=named(company.deals["opportunity_id"], known["deal"]),
        contact_id=named(company.leads["lead_id"], known["lead"]),
        company_id=named(company.accounts["hubspot_id"], account),
        call_direction=named(np.char.upper(DIRECTIONS), known["direction"]),
        email_direction=named(_EMAIL_DIRECTIONS, known["direction"]),
    )
    # somebody logs a call twice and archives one of the two
    twice = written[(written["type"] == CALL) & (written["number"] % 150 == 0)]
    again = twice.assign(number=twice["number"] + _COPIES, archived=True)
    return {
        "calls": pd.concat([written[written["type"] == CALL], again]),
        "emails": written[written["type"] == EMAIL],
        "meetings": written[written["type"] == MEETING],
        "tasks": written[written["type"] == SENT_PROPOSAL],
    }


def _deals(company: Company, deals: pd.DataFrame) -> pd.DataFrame:
    closed_at = deals["closed_at"].to_numpy()
    stage = deals["stage_code"]
    # a date without a time of day is noon in the reporting time zone
    expected_at = deals["expected_on"].to_numpy() + _NOON_IN_JAKARTA
    return deals.assign(
        id=deals["opportunity_id"],
        stage=STAGE_IDS[stage],
        owner_id=owner_ids(company, deals, HUBSPOT),
        creator_id=deals["creator"] + _USERS,
        company_id=account_ids(company, deals, HUBSPOT),
        close_at=np.where(np.isnat(closed_at), expected_at, closed_at),
        type=deals["type"].map(DEAL_TYPES),
        probability=stage.map(_PROBABILITY),
        merged=or_blank(deals.index % 60 == 7, _copy_ids("deal", deals.index)),
        archived=False,
    )


def _contacts(company: Company, leads: pd.DataFrame, cutoff: Any) -> pd.DataFrame:
    known = leads_known(leads, company.deals["opportunity_id"], cutoff)
    contacts = known.assign(
        id=known["lead_id"],
        owner=named(company.reps["rep_id"], known["owner"]),
        deal_id=known["opportunity_id"],
        lead_source=known["lead_source"].map(LEAD_SOURCES),
        lifecycle=known["status"].map(_LIFECYCLES).fillna("lead"),
        status=known["status"].map(_LEAD_STATUSES),
    )
    return _with_copies(contacts, "lead", contacts.index % 50 == 9)


def _with_copies(rows: pd.DataFrame, thing: str, is_double: Any) -> pd.DataFrame:
    """The rows, some with a duplicate that was merged into them."""
    copy_ids = _copy_ids(thing, rows.index)
    merged = rows.assign(merged=or_blank(is_double, copy_ids), archived=False)
    copies = merged[is_double].assign(id=copy_ids[is_double], merged=None, archived=True)
    return pd.concat([merged, copies])


def _copy_ids(thing: str, position: pd.Index) -> Any:
    return native_ids(HUBSPOT, thing, position + _COPIES, 0)


def _pipelines() -> pd.DataFrame:
    stages = pd.DataFrame({"stage_id": STAGE_IDS, "label": STAGE_LABELS, "place": np.arange(len(STAGE_IDS))})
    stages["probability"] = [_PROBABILITY[stage] for stage in stages.index]
    return stages.assign(pipeline_id=PIPELINE_ID, pipeline=PIPELINE, is_closed=stages["place"] >= WON)


def _history(company: Company, deals: pd.DataFrame, since: np.datetime64 | None, until: np.datetime64) -> pd.DataFrame:
    """deal_id, property, value, changed_at, user_id: the values set from `since` to before `until`."""
    is_known = np.zeros(len(company.deals), dtype=bool)
    is_known[deals.index] = True
    events = company.events[is_known[company.events["deal"]]]
    deal, changed_at, to_stage = (events[name].to_numpy() for name in ("deal", "changed_at", "to_stage"))
    of_event = company.deals.loc[deal]
    hoped_on = expected_on(of_event["created_at"].to_numpy(), of_event["hoped_days"].to_numpy(), _day_of(changed_at))
    close_at = np.where(np.isin(to_stage, [WON, LOST]), changed_at, hoped_on + _NOON_IN_JAKARTA)
    lost = to_stage == LOST
    position, created_at, worker = (deals.index.to_numpy(), deals["created_at"].to_numpy(), deals["worker"].to_numpy())
    rep_id = company.reps["rep_id"].to_numpy(dtype=object)
    first_owner = np.where(deals["owner_is"] == KNOWN, rep_id[worker], deals["owner_id"])
    handed_over = ((deals["owner"] >= 0) & (deals["owner"] != worker)).to_numpy()
    ended_on = company.reps["ended_on"].to_numpy().astype("datetime64[s]")[worker]
    amount = (deals["amount"] // 100).astype(str) + "." + (deals["amount"] % 100).astype(str).str.zfill(2)
    creator, changed_by = deals["creator"].to_numpy(), events["changed_by"].to_numpy()
    reason = company.deals["loss_reason"].to_numpy(dtype=object)[deal]
    parts = [
        _values(position, created_at, creator, "pipeline", np.full(len(deals), PIPELINE_ID, dtype=object)),
        _values(position, created_at, creator, "hubspot_owner_id", first_owner),
        _values(position, created_at, creator, "amount", amount),
        _values(position, created_at, creator, "deal_currency_code", deals["currency"]),
        _values(deal, changed_at, changed_by, "dealstage", STAGE_IDS[to_stage]),
        _values(deal, changed_at, changed_by, "closedate", _iso(close_at)),
        _values(deal[lost], changed_at[lost], changed_by[lost], "closed_lost_reason", reason[lost]),
        _values(
            position[handed_over],
            ended_on[handed_over] + np.timedelta64(15, "h"),
            deals["owner"].to_numpy()[handed_over],
            "hubspot_owner_id",
            deals["owner_id"].to_numpy(dtype=object)[handed_over],
        ),
    ]
    values = pd.concat(parts, ignore_index=True)
    values = values[(values["changed_at"] < until) & values["value"].notna()]
    values = values if since is None else values[values["changed_at"] >= since]
    values = values.sort_values(["changed_at", "deal"], kind="stable", ignore_index=True)
    return values.assign(deal_id=named(company.deals["opportunity_id"], values["deal"]))


def _values(deal: Any, changed_at: Any, rep: Any, name: str, value: Any) -> pd.DataFrame:
    values = pd.DataFrame({"deal": deal, "changed_at": np.asarray(changed_at, dtype="datetime64[s]"), "rep": rep})
    return values.assign(property=name, value=np.asarray(value, dtype=object), user_id=values["rep"] + _USERS)


def _day_of(instants: np.ndarray) -> Any:
    return instants.astype("datetime64[D]")


def _iso(instants: np.ndarray) -> Any:
    return pd.Series(instants).dt.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_numpy(dtype=object)
