"""What was known at the end of a day, in every system, and what the plain source showed: the frames of one full
extract, without anything later."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sample_company.activities import DIRECTIONS, OUTCOMES, TOOLS, TYPES
from sample_company.deals import BLANK, KNOWN, LOST, NEGOTIATION, PROPOSAL, PROSPECTING, QUALIFIED, STAGES, WON
from sample_company.people import TEAM_IDS, or_blank, team_of
from sample_company.story import JAKARTA_ONE, JAKARTA_TWO, REPORTING_OFFSET, Story
from sample_company.systems import GENERIC, HUBSPOT, PIPEDRIVE, SALESFORCE
from sample_company.working_days import instant, local_day

RENAMED_STAGE = "Discovery"
UNKNOWN_OWNERS = {GENERIC: "R900", HUBSPOT: "5000900", PIPEDRIVE: "900", SALESFORCE: "0055g0000000900AAA"}
# the renamed label has its own code
_LABELS = np.append(STAGES, RENAMED_STAGE)
_FORECAST = {PROSPECTING: "pipeline", QUALIFIED: "pipeline", PROPOSAL: "best case", NEGOTIATION: "commit"}
_PROBABILITY = {PROSPECTING: 1000, QUALIFIED: 2500, PROPOSAL: 5000, NEGOTIATION: 7500, WON: 10_000, LOST: 0}


@dataclass(frozen=True)
class Company:
    """Everything that happened except the activities, also after the extracts. Frames refer to each other by
    position."""

    story: Story
    reps: pd.DataFrame
    teams: pd.DataFrame
    memberships: pd.DataFrame
    accounts: pd.DataFrame
    products: pd.DataFrame
    deals: pd.DataFrame
    events: pd.DataFrame
    lines: pd.DataFrame
    splits: pd.DataFrame
    leads: pd.DataFrame


def cutoff_of(day: np.datetime64) -> Any:
    """The instant at which a day ends in the reporting time zone."""
    return (day + 1).astype("datetime64[s]") - np.timedelta64(REPORTING_OFFSET, "h")


def extract(company: Company, day: np.datetime64, known_deals: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The frames of the plain source's extract of `day`, by file name without its ending, without the activities; with
    more columns than the files have. `known_deals` is `deals_known` of that day."""
    cutoff = cutoff_of(day)
    deal_id, rep_id = company.deals["opportunity_id"], company.reps["rep_id"]
    deals = known_deals[known_deals["source"] == GENERIC]
    is_known = np.zeros(len(company.deals), dtype=bool)
    is_known[deals.index] = True
    events = company.events[is_known[company.events["deal"]] & (company.events["changed_at"] < cutoff)]
    leads = company.leads[(company.leads["created_at"] < cutoff) & (company.leads["source"] == GENERIC)]
    lines = company.lines[is_known[company.lines["deal"]]]
    splits = company.splits[is_known[company.splits["deal"]]]
    accounts = company.accounts[(company.accounts["created_at"] < cutoff) & (company.accounts["source"] == GENERIC)]
    account_id = company.accounts["generic_id"]
    renamed_at = instant(company.story.stage_renamed, np.array(0), np.array(REPORTING_OFFSET))
    renamed = (events["changed_at"] >= renamed_at).to_numpy()
    rep_changes = reps_known(company.reps, day)
    return {
        "reps": rep_changes[rep_changes["source"] == GENERIC],
        "teams": company.teams,
        "team_memberships": company.memberships,
        "accounts": accounts.assign(
            account_id=accounts["generic_id"], parent_account_id=named(account_id, accounts["parent"])
        ),
        "products": company.products,
        "leads": leads_known(leads, deal_id, cutoff).assign(
            source=leads["lead_source"], owner_id=named(rep_id, leads["owner"])
        ),
        "opportunities": deals.assign(
            owner_id=owner_ids(company, deals, GENERIC),
            account_id=account_ids(company, deals, GENERIC),
            created_by=named(rep_id, deals["creator"]),
            stage=named(_LABELS, _label(deals["stage_code"], day >= company.story.stage_renamed)),
        ),
        "stage_events": events.assign(
            opportunity_id=named(deal_id, events["deal"]),
            to_stage=named(_LABELS, _label(events["to_stage"], renamed)),
            from_stage=named(_LABELS, _label(events["from_stage"], renamed)),
            changed_by=named(rep_id, events["changed_by"]),
        ),
        "opportunity_lines": lines.assign(
            opportunity_id=named(deal_id, lines["deal"]),
            product_id=named(company.products["product_id"], lines["product"]),
        ),
        "opportunity_splits": splits.assign(
            opportunity_id=named(deal_id, splits["deal"]), rep_id=named(rep_id, splits["rep"])
        ),
    }


def activities_known(company: Company, activities: pd.DataFrame, day: np.datetime64) -> dict[str, pd.DataFrame]:
    """The plain source's activities of `day`: those of the CRM and, once it is connected, of the telephone system."""
    known = activities[(activities["logged_at"] < cutoff_of(day)) & (activities["source"] == GENERIC)]
    migrated = company.story.migrated
    moved = ((known["team"] == JAKARTA_ONE) & ~known["is_phone"]).to_numpy() & bool(day >= migrated)
    is_old = known["occurred_on"].to_numpy() < migrated
    imported_at = instant(migrated, np.array(2 * 3600), np.array(REPORTING_OFFSET))
    logged_at = known["logged_at"].to_numpy()
    written = known.assign(
        prefix=np.where(moved & ~is_old, "N", "V"),
        logged_at=np.where(moved & is_old, np.maximum(logged_at, imported_at), logged_at),
        type=named(TYPES, known["type"]),
        tool=named(TOOLS, known["type"]),
        direction=named(DIRECTIONS, known["direction"]),
        outcome=named(OUTCOMES, known["outcome"]),
        rep_id=named(company.reps["rep_id"], known["rep"]),
        opportunity_id=named(company.deals["opportunity_id"], known["deal"]),
        lead_id=named(company.leads["lead_id"], known["lead"]),
        account_id=named(
            company.accounts["generic_id"], np.append(company.deals["account"].to_numpy(), -1)[known["deal"]]
        ),
    )
    frames = {"activities": written[~written["is_phone"]], "activities-phone": written[written["is_phone"]]}
    return frames if day >= company.story.phone_connected else {"activities": frames["activities"]}


def reps_known(reps: pd.DataFrame, day: np.datetime64) -> pd.DataFrame:
    """The roster of a day: each rep in the team of that day, nobody who joins later, no future end dates."""
    known = reps[reps["hired_on"].to_numpy() <= day]
    team_id = np.array(TEAM_IDS)[team_of(reps, known.index, day)]
    return known.assign(team_id=team_id, ended_on=known["ended_on"].where(known["ended_on"].to_numpy() <= day))


def deals_known(company: Company, day: np.datetime64) -> pd.DataFrame:
    """The deals of a day, of every source, with stage, owner and close, from the events known by then. owner is the rep
    (position; -1: nobody on the roster), open_stage the last stage before the close, names_account: whether the account
    had been entered by then."""
    known_events = company.events[company.events["changed_at"] < cutoff_of(day)]
    last = known_events.drop_duplicates("deal", keep="last")
    deals = company.deals.loc[last["deal"]].copy()
    stage, changed_at = last["to_stage"].to_numpy(), last["changed_at"].to_numpy()
    closed = np.isin(stage, [WON, LOST])
    never = np.datetime64("NaT", "s")
    worker, created_at = deals["worker"].to_numpy(), deals["created_at"].to_numpy()
    ended_on = company.reps["ended_on"].to_numpy().astype("datetime64[D]")[worker]
    closed_on = local_day(changed_at, REPORTING_OFFSET)
    owner_is, is_plain = deals["owner_is"].to_numpy(), (deals["source"] == GENERIC).to_numpy()
    handed_over = (owner_is == KNOWN) & (ended_on <= day) & ~(closed & (closed_on <= ended_on))
    owner = np.where(handed_over, company.reps["heir"].to_numpy()[worker], worker)
    deals["owner"] = np.where(owner_is == KNOWN, owner, -1)
    deals["stage_code"] = stage
    deals["open_stage"] = np.where(closed, last["from_stage"].to_numpy(), stage)
    deals["closed_at"] = np.where(closed, changed_at, never)
    deals["expected_on"] = expected_on(created_at, deals["hoped_days"].to_numpy(), day)
    deals["close_date"] = np.where(closed, closed_on.astype("datetime64[s]"), deals["expected_on"].to_numpy())
    updated_at = np.where(handed_over, np.maximum(changed_at, ended_on.astype("datetime64[s]")), changed_at)
    deals["names_account"] = closed | ~deals["without_account"]
    required = ~is_plain | (closed_on >= company.story.reason_required)
    deals["loss_reason"] = or_blank((stage == LOST) & (required | deals["reason_given"]), deals["loss_reason"])
    deals["forecast_category"] = pd.Series(stage, deals.index).map(_FORECAST).fillna("closed")
    deals["probability"] = pd.Series(stage, deals.index).map(_PROBABILITY)
    deals["pipeline"], deals["is_deleted"] = "sales", "false"
    edited_at = instant(company.story.edited, np.array(3 * 3600), np.array(REPORTING_OFFSET))
    edited = (company.reps["team"].to_numpy()[worker] == JAKARTA_TWO) & (created_at < edited_at) & is_plain
    edited &= bool(day >= company.story.edited)
    deals["updated_at"] = np.where(edited, np.maximum(updated_at, edited_at), updated_at)
    deals["type"] = np.where(edited, "repeat_business", deals["type"])
    return deals


def expected_on(created_at: Any, hoped_days: Any, day: Any) -> Any:
    """The expected close date of an open deal on a day."""
    hoped_on = local_day(created_at, REPORTING_OFFSET) + hoped_days.astype("timedelta64[D]")
    # a date in the past is moved by whole months of thirty days
    overdue = np.maximum((day - hoped_on).astype(int) // 30 + 1, 0)
    return (hoped_on + overdue.astype("timedelta64[D]") * 30).astype("datetime64[s]")


def owner_ids(company: Company, deals: pd.DataFrame, source: str) -> Any:
    """The owners of `deals_known` as `source` writes them: some are not on a roster, some are blank."""
    known = company.reps[f"{source}_id"].to_numpy(dtype=object)[deals["owner"]]
    owner_is = deals["owner_is"].to_numpy()
    return or_blank(owner_is != BLANK, np.where(owner_is == KNOWN, known, UNKNOWN_OWNERS[source]))


def account_ids(company: Company, deals: pd.DataFrame, source: str) -> Any:
    """The accounts of `deals_known` as `source` writes them, blank until they are entered."""
    return or_blank(deals["names_account"], company.accounts[f"{source}_id"].to_numpy(dtype=object)[deals["account"]])


def leads_known(leads: pd.DataFrame, deal_id: pd.Series, cutoff: np.datetime64) -> pd.DataFrame:
    """Leads with their state at an instant; later leads must not be among them."""
    steps = {
        step: (leads[step] < cutoff).to_numpy()
        for step in ("contacted_at", "qualified_at", "rejected_at", "converted_at")
    }
    status = np.select(
        [steps["converted_at"], steps["qualified_at"], steps["rejected_at"], steps["contacted_at"]],
        ["converted", "qualified", "rejected", "contacted"],
        "new",
    )
    return leads.assign(
        status=status,
        qualified_at=leads["qualified_at"].where(steps["qualified_at"]),
        converted_at=leads["converted_at"].where(steps["converted_at"]),
        opportunity_id=named(deal_id, np.where(steps["converted_at"], leads["deal"], -1)),
    )


def named(names: Any, positions: Any) -> pd.Categorical:
    """The name at each position, blank where the position is -1."""
    at = np.asarray(positions)
    first, last = (int(at[at >= 0].min()), int(at.max())) if (at >= 0).any() else (0, -1)
    categories = np.asarray(names, dtype=object)[first : last + 1]
    codes, distinct = pd.factorize(categories)
    # the last code, -1, is the blank one
    return pd.Categorical.from_codes(np.append(codes, -1)[np.where(at >= 0, at - first, -1)], categories=distinct)


def _label(stage: Any, renamed: Any) -> Any:
    return np.where((np.asarray(stage) == QUALIFIED) & renamed, len(STAGES), stage)
