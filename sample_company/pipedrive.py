"""What Pipedrive showed at the end of a day: full exports of its lists, and the changes since the last export. It no
longer changes once its region has moved to another CRM."""

from typing import Any

import numpy as np
import pandas as pd

from sample_company.activities import TYPES
from sample_company.deals import KNOWN, LOST, NEGOTIATION, PROPOSAL, WON
from sample_company.extract import (
    Company,
    account_ids,
    cutoff_of,
    leads_known,
    named,
    owner_ids,
    reps_known,
)
from sample_company.story import REPORTING_OFFSET, within
from sample_company.systems import PIPEDRIVE

# the open stages in the order of `deals.STAGES`; a stage's id is its place in it, from 1 on
STAGE_NAMES = np.array(["Lead In", "Contact Made", "Proposal Made", "Negotiations Started"])
PIPELINE = "sales"
_PLANNED_AHEAD = np.timedelta64(5, "D")
_NEVER = np.datetime64("NaT", "s")


def extract_pipedrive(
    company: Company, since: np.datetime64 | None, day: np.datetime64, known_deals: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """The frames of the export of `day`, by file name without its ending, without the activities; deal_changes are
    those after the export of the day `since`. `known_deals` is `deals_known` of that day."""
    cutoff = cutoff_of(day)
    deals = known_deals[known_deals["source"] == PIPEDRIVE]
    stage = deals["stage_code"].to_numpy()
    closed_at = deals["closed_at"].to_numpy()
    reps = reps_known(company.reps, day)
    users = reps[reps["source"] == PIPEDRIVE]
    accounts = company.accounts[(company.accounts["source"] == PIPEDRIVE) & (company.accounts["created_at"] < cutoff)]
    leads = company.leads[(company.leads["source"] == PIPEDRIVE) & (company.leads["created_at"] < cutoff)]
    return {
        "deals": deals.assign(
            id=deals["opportunity_id"],
            title=deals["name"],
            value=deals["amount"],
            user_id=owner_ids(company, deals, PIPEDRIVE),
            org_id=account_ids(company, deals, PIPEDRIVE),
            stage_id=deals["open_stage"] + 1,
            status=np.select([stage == WON, stage == LOST], ["won", "lost"], "open"),
            add_time=deals["created_at"],
            update_time=deals["updated_at"],
            won_time=np.where(stage == WON, closed_at, _NEVER),
            lost_time=np.where(stage == LOST, closed_at, _NEVER),
            expected_close_date=deals["expected_on"],
            lost_reason=deals["loss_reason"],
        ),
        "deal_changes": _changes(company, deals, None if since is None else cutoff_of(since), cutoff),
        "users": users.assign(id=users["rep_id"], modified=users["hired_on"]),
        "stages": pd.DataFrame({"stage_id": np.arange(1, len(STAGE_NAMES) + 1), "stage_name": STAGE_NAMES}).assign(
            pipeline_id=1, pipeline_name=PIPELINE
        ),
        "organizations": accounts.assign(id=accounts["pipedrive_id"]),
        "leads": leads_known(leads, company.deals["opportunity_id"], cutoff).rename(
            columns={"lead_id": "id", "opportunity_id": "deal_id", "created_at": "add_time"}
        ).assign(
            title="Enquiry " + leads["lead_id"].str[5:],
            owner_id=named(company.reps["rep_id"], leads["owner"]),
            source_name=leads["lead_source"],
        ),
    }  # fmt: skip


def pipedrive_activities_known(company: Company, activities: pd.DataFrame, day: np.datetime64) -> pd.DataFrame:
    """The activities of an export: done ones, and planned ones up to five days ahead."""
    cutoff = cutoff_of(day)
    created_at = np.append(company.deals["created_at"].to_numpy(), np.datetime64("1970-01-01", "s"))
    # activities that were planned when the region left stay planned here
    is_own = (company.reps["source"] == PIPEDRIVE).to_numpy()[activities["rep"]]
    is_listed = is_own & (activities["occurred_at"].to_numpy() - _PLANNED_AHEAD < cutoff)
    # a call cannot be planned before its lead exists
    plannable = (activities["deal"] >= 0) | (activities["occurred_at"] < cutoff)
    known = activities[is_listed & plannable & (created_at[activities["deal"]] < cutoff)]
    occurred_on = known["occurred_on"].to_numpy().astype("datetime64[D]")
    due_to = known["occurred_at"].to_numpy()
    in_local_time = occurred_on >= company.story.due_in_local_time
    written = known.assign(
        activity_id=known["number"],
        type=named(TYPES, known["type"]),
        assigned_to_user=named(company.reps["rep_id"], known["rep"]),
        deal_id=named(company.deals["opportunity_id"], known["deal"]),
        done=(known["logged_at"] < cutoff).astype(int),
        due_to=np.where(in_local_time, due_to + np.timedelta64(REPORTING_OFFSET, "h"), due_to),
    )
    twice = within(occurred_on, company.story.doubled) & bool(day > company.story.doubled[1])
    return pd.concat([written, written[twice]], ignore_index=True)


def _changes(company: Company, deals: pd.DataFrame, since: np.datetime64 | None, until: np.datetime64) -> pd.DataFrame:
    """deal_id, change_time, changed_field_key, new_value: the changes of these deals from `since` to before `until`."""
    is_known = np.zeros(len(company.deals), dtype=bool)
    is_known[deals.index] = True
    born = company.deals.loc[deals.index]
    created_at, position = born["created_at"].to_numpy(), deals.index.to_numpy()
    created_again = position % 97 == 5
    later = created_at + np.timedelta64(1, "h")
    rep_id = company.reps["rep_id"].to_numpy(dtype=object)
    account_known_at = np.where(born["without_account"], deals["closed_at"].to_numpy(), created_at)
    owner_id = owner_ids(company, deals, PIPEDRIVE)
    first_owner = np.where(born["owner_is"] == KNOWN, rep_id[born["worker"]], owner_id)
    amount = (born["amount"] // 100).astype(str) + "." + (born["amount"] % 100).astype(str).str.zfill(2)
    events = company.events[is_known[company.events["deal"]]]
    to_stage, from_stage = events["to_stage"].to_numpy(), events["from_stage"].to_numpy()
    deal, changed_at = events["deal"].to_numpy(), events["changed_at"].to_numpy()
    closes, moves = np.isin(to_stage, [WON, LOST]), to_stage <= NEGOTIATION
    reopens = moves & np.isin(from_stage, [WON, LOST])
    # a reopened deal is in the stage from before its close
    stood = np.where(reopens, np.roll(from_stage, 1), from_stage)
    moves &= to_stage != stood
    lost = to_stage == LOST
    # some reps move the card of a deal that is finally lost
    moved_after = lost & (deal % 23 == 7) & ~events.duplicated("deal", keep="last").to_numpy()
    moved_to = np.where(from_stage == PROPOSAL, NEGOTIATION, PROPOSAL)
    ended_on = company.reps["ended_on"].to_numpy().astype("datetime64[D]")[born["worker"]]
    handed_over = ((deals["owner"] >= 0) & (deals["owner"] != born["worker"])).to_numpy()
    handed_over_at = ended_on.astype("datetime64[s]") + np.timedelta64(15, "h")
    reason = company.deals["loss_reason"].to_numpy(dtype=object)[deal]
    status = np.where(to_stage == WON, "won", "lost")
    day_later = changed_at + np.timedelta64(1, "D")
    parts = [
        _part(position, created_at, "add_time", _text(created_at)),
        _part(position[created_again], later[created_again], "add_time", _text(later[created_again])),
        _part(position, created_at, "user_id", first_owner),
        _part(position, created_at, "value", amount),
        _part(position, created_at, "currency", born["currency"]),
        _part(position, account_known_at, "org_id", account_ids(company, deals, PIPEDRIVE)),
        _part(position[handed_over], handed_over_at[handed_over], "user_id", owner_id[handed_over]),
        _part(deal[reopens], changed_at[reopens], "status", "open"),
        _part(deal[moves], changed_at[moves], "stage_id", (to_stage[moves] + 1).astype(str)),
        _part(deal[closes], changed_at[closes], "status", status[closes]),
        _part(deal[lost], changed_at[lost], "lost_reason", reason[lost]),
        _part(deal[moved_after], day_later[moved_after], "stage_id", (moved_to[moved_after] + 1).astype(str)),
    ]
    changes = pd.concat(parts, ignore_index=True)
    changes = changes[(changes["change_time"] < until) & changes["new_value"].notna()]
    changes = changes if since is None else changes[changes["change_time"] >= since]
    changes = changes.sort_values(["change_time", "deal"], kind="stable", ignore_index=True)
    return changes.assign(deal_id=named(company.deals["opportunity_id"], changes["deal"]))


def _part(deal: Any, change_time: Any, key: str, new_value: Any) -> pd.DataFrame:
    part = pd.DataFrame({"deal": np.asarray(deal), "change_time": np.asarray(change_time, dtype="datetime64[s]")})
    return part.assign(changed_field_key=key, new_value=np.asarray(new_value, dtype=object))


def _text(instants: np.ndarray) -> Any:
    return pd.Series(instants).dt.strftime("%Y-%m-%d %H:%M:%S").to_numpy(dtype=object)
