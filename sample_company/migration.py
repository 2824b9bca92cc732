"""The region around Makassar leaves Pipedrive for Salesforce: what is created again there, and what stays behind."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sample_company.deals import LOST, WON
from sample_company.extract import Company
from sample_company.people import source_at
from sample_company.story import NEVER, REPORTING_OFFSET, Story, moved_at
from sample_company.systems import MAKASSAR, PIPEDRIVE, SALESFORCE, mixed_ids, native_ids

MOVED_AS_LOST = "migrated"
RENAMED_ACCOUNT = "PT Anugerah Celebes Raya"
_IMPORT = np.timedelta64(2 * 3600, "s")
_CLEARED_UP = np.timedelta64(11 * 3600, "s")


def imported_at(story: Story) -> Any:
    """The instant at which everything is created again."""
    return moved_at(story) + _IMPORT


def is_of_before(company: Company, instants: Any) -> Any:
    """Whether each event happened before the region moved."""
    return (instants < moved_at(company.story)) & (company.story.crm_changed != NEVER)


def without_late_reopenings(events: pd.DataFrame, deals: pd.DataFrame, story: Story) -> pd.DataFrame:
    """The events without reopenings of closed deals of the region after it has left its CRM."""
    left_at = story.crm_left.astype("datetime64[s]") - np.timedelta64(REPORTING_OFFSET, "h")
    last = events[events["changed_at"] < left_at].drop_duplicates("deal", keep="last")
    closed = last["deal"][last["to_stage"].isin([WON, LOST])]
    of_region = deals["worker"].to_numpy()[events["deal"]] % 3 == MAKASSAR
    reopened = of_region & events["deal"].isin(closed) & (events["changed_at"] >= left_at)
    return events[~reopened].reset_index(drop=True)


def with_moves(company: Company) -> Company:
    """The company with `moves` in its deals and leads (whether they are open when the region moves) and with their
    `salesforce_id`, blank if they never come to Salesforce."""
    story = company.story
    accounts = company.accounts
    sources = accounts["source"].to_numpy(dtype=object)
    accounts = accounts.assign(source=source_at(sources, accounts["created_at"].to_numpy(), moved_at(story)))
    accounts["account_id"] = mixed_ids(accounts["source"], "account")
    last = company.events[company.events["changed_at"] < moved_at(story)].drop_duplicates("deal", keep="last")
    open_deals = last["deal"][~last["to_stage"].isin([WON, LOST])]
    in_pipedrive = company.deals["source"] == PIPEDRIVE
    moves = in_pipedrive & company.deals.index.isin(open_deals) & (story.crm_changed != NEVER)
    leads = company.leads
    finished = (leads["converted_at"] < moved_at(story)) | (leads["rejected_at"] < moved_at(story))
    lead_moves = (leads["source"] == PIPEDRIVE) & ~finished & (story.crm_changed != NEVER)
    return replace(
        company,
        accounts=accounts,
        deals=_with_salesforce_ids(company.deals.assign(moves=moves), "deal"),
        leads=_with_salesforce_ids(leads.assign(moves=lead_moves), "lead"),
    )


def _with_salesforce_ids(rows: pd.DataFrame, thing: str) -> pd.DataFrame:
    there = np.flatnonzero(rows["moves"] | (rows["source"] == SALESFORCE))
    salesforce_id = np.full(len(rows), None, dtype=object)
    salesforce_id[there] = native_ids(SALESFORCE, thing, there, len(rows))
    return rows.assign(salesforce_id=salesforce_id)


def renamed_account(company: Company) -> int:
    """The account (position) that gets another name when the region moves: the one with the most deals; -1: no such
    account."""
    of_region = company.deals[company.deals["source"] == PIPEDRIVE]["account"]
    return int(of_region.value_counts(sort=False).sort_index().idxmax()) if company.deals["moves"].any() else -1


def respelt_account(company: Company) -> int:
    """The account (position) whose legal form is left out when the region moves: the last one without a deal, so that
    two accounts instead of one do not change any number; -1: no such account."""
    is_old = company.accounts["source"] == PIPEDRIVE
    unused = company.accounts.index[is_old & ~company.accounts.index.isin(company.deals["account"])]
    return int(unused[-1]) if len(unused) and company.deals["moves"].any() else -1


def names_in_salesforce(company: Company) -> pd.Series:
    """The names of the accounts as they were typed in: all but two differ only by case and spaces."""
    names, position = company.accounts["name"], company.accounts.index
    turn = np.where(company.accounts["source"] == PIPEDRIVE, position % 4, 0)
    typed = names.where(turn != 1, names.str.upper())
    typed = typed.where(turn != 2, "  " + names.str.replace(" ", "  ", n=1))
    typed = typed.where(turn != 3, names.str.lower() + " ")
    typed = typed.where(position != renamed_account(company), RENAMED_ACCOUNT)
    # without the legal form, PT or CV
    return typed.where(position != respelt_account(company), names.str[3:])


def crosswalk(company: Company) -> pd.DataFrame:
    """The crosswalk register: every deal and lead that was created again, and the account that was renamed."""
    story = company.story
    parts = [
        pd.DataFrame(
            {
                "entity": entity,
                "source_id": rows["salesforce_id"],
                "canonical_id": f"{PIPEDRIVE}:" + rows[key],
                "valid_from": story.crm_changed.astype("datetime64[s]"),
            }
        )
        for entity, rows, key in (
            ("opportunity", company.deals[company.deals["moves"]], "opportunity_id"),
            ("lead", company.leads[company.leads["moves"]], "lead_id"),
        )
    ]
    renamed = company.accounts[company.accounts.index == renamed_account(company)]
    account = pd.DataFrame(
        {
            "entity": "account",
            "source_id": renamed["salesforce_id"],
            "canonical_id": f"{PIPEDRIVE}:" + renamed["account_id"],
        }
    )
    return pd.concat([*parts, account], ignore_index=True).assign(source=SALESFORCE)


def cleared_up(company: Company, frames: dict[str, pd.DataFrame], moved_on: np.datetime64) -> dict[str, pd.DataFrame]:
    """The frames of Pipedrive's last export with changes that somebody made there after the move, which must have no
    effect: every second moved deal was closed as lost, the others were deleted."""
    deals = frames["deals"]
    at = moved_on.astype("datetime64[s]") + _CLEARED_UP
    moved = deals["moves"].to_numpy()
    lost = moved & (deals.index % 2 == 0)
    status = np.select([lost, moved], ["lost", "deleted"], deals["status"])
    reason = np.where(lost, MOVED_AS_LOST, deals["lost_reason"])
    deals = deals.assign(status=status, lost_reason=reason, update_time=np.where(moved, at, deals["update_time"]))
    deals["lost_time"] = np.where(lost, at, deals["lost_time"].to_numpy())
    keys = (("status", moved), ("lost_reason", lost))
    changes = [
        pd.DataFrame(
            {"deal_id": deals["id"][rows], "change_time": at, "changed_field_key": key, "new_value": value[rows]}
        )
        for (key, rows), value in zip(keys, (status, reason), strict=True)
    ]
    log = pd.concat([frames["deal_changes"][["deal_id", "change_time", "changed_field_key", "new_value"]], *changes])
    return frames | {"deals": deals, "deal_changes": log}
