"""What the CRM showed at the end of a day: the frames of one full extract, blind to everything later."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sample_company.deals import LOST, NEGOTIATION, PROPOSAL, PROSPECTING, QUALIFIED, STAGES, WON
from sample_company.people import or_blank
from sample_company.working_days import local_day

REPORTING_OFFSET = 7
_FORECAST = {PROSPECTING: "pipeline", QUALIFIED: "pipeline", PROPOSAL: "best case", NEGOTIATION: "commit"}
_PROBABILITY = {PROSPECTING: 1000, QUALIFIED: 2500, PROPOSAL: 5000, NEGOTIATION: 7500, WON: 10_000, LOST: 0}


@dataclass(frozen=True)
class Company:
    """All that happened, before, in and after the extracts. Frames refer to each other by position."""

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
    activities: pd.DataFrame


def extract(company: Company, day: np.datetime64) -> dict[str, pd.DataFrame]:
    """The frames of the extract of `day`, by file name without its ending; more columns than the files have."""
    cutoff = (day + 1).astype("datetime64[s]") - np.timedelta64(REPORTING_OFFSET, "h")
    deal_id, rep_id = company.deals["opportunity_id"], company.reps["rep_id"]
    known_deals = company.deals.index[company.deals["created_at"] < cutoff]
    events = company.events[company.events["changed_at"] < cutoff]
    leads = company.leads[company.leads["created_at"] < cutoff]
    activities = company.activities[company.activities["logged_at"] < cutoff]
    lines = company.lines[company.lines["deal"].isin(known_deals)]
    splits = company.splits[company.splits["deal"].isin(known_deals)]
    from_stage = or_blank(events["from_stage"] >= 0, STAGES[events["from_stage"]])
    return {
        "reps": reps_known(company.reps, day),
        "teams": company.teams,
        "team_memberships": company.memberships,
        "accounts": company.accounts[company.accounts["created_at"] < cutoff],
        "products": company.products,
        "leads": _leads_known(leads, deal_id, cutoff),
        "opportunities": deals_known(company, events, day),
        "stage_events": events.assign(
            opportunity_id=_names(deal_id, events["deal"]),
            to_stage=STAGES[events["to_stage"]],
            from_stage=from_stage,
            changed_by=_names(rep_id, events["changed_by"]),
        ),
        "opportunity_lines": lines.assign(
            opportunity_id=_names(deal_id, lines["deal"]),
            product_id=_names(company.products["product_id"], lines["product"]),
        ),
        "opportunity_splits": splits.assign(
            opportunity_id=_names(deal_id, splits["deal"]), rep_id=_names(rep_id, splits["rep"])
        ),
        "activities": activities.assign(
            rep_id=_names(rep_id, activities["rep"]),
            opportunity_id=_names(deal_id, activities["deal"]),
            lead_id=_names(company.leads["lead_id"], activities["lead"]),
            account_id=_names(company.deals["account_id"], activities["deal"]),
        ),
    }


def reps_known(reps: pd.DataFrame, day: np.datetime64) -> pd.DataFrame:
    """The roster of a day: nobody who joins later, no end that lies ahead."""
    known = reps[reps["hired_on"].to_numpy() <= day]
    return known.assign(ended_on=known["ended_on"].where(known["ended_on"].to_numpy() <= day))


def deals_known(company: Company, events: pd.DataFrame, day: np.datetime64) -> pd.DataFrame:
    """The deals of a day with stage, owner and close, out of the events known by then."""
    last = events.drop_duplicates("deal", keep="last")
    deals = company.deals.loc[last["deal"]].copy()
    stage, changed_at = last["to_stage"].to_numpy(), last["changed_at"].to_numpy()
    closed = np.isin(stage, [WON, LOST])
    never = np.datetime64("NaT", "s")
    rep_id = company.reps["rep_id"].to_numpy(dtype=object)
    worker, created_at = deals["worker"].to_numpy(), deals["created_at"].to_numpy()
    ended_on = company.reps["ended_on"].to_numpy().astype("datetime64[D]")[worker]
    closed_on = local_day(changed_at, REPORTING_OFFSET)
    owned = (deals["owner_id"] == rep_id[worker]).to_numpy()
    handed_over = owned & (ended_on <= day) & ~(closed & (closed_on <= ended_on))
    heir = company.reps["heir"].to_numpy()[worker]
    deals["owner_id"] = np.where(handed_over, rep_id[heir], deals["owner_id"])
    deals["stage_code"], deals["stage"] = stage, STAGES[stage]
    deals["closed_at"] = np.where(closed, changed_at, never)
    hoped_on = local_day(created_at, REPORTING_OFFSET) + deals["hoped_days"].to_numpy().astype("timedelta64[D]")
    # a date that has passed is put off by whole months of thirty days
    overdue = np.maximum((day - hoped_on).astype(int) // 30 + 1, 0)
    deals["close_date"] = np.where(closed, closed_on, hoped_on + overdue.astype("timedelta64[D]") * 30)
    deals["close_date"] = deals["close_date"].astype("datetime64[s]")
    deals["updated_at"] = np.where(handed_over, np.maximum(changed_at, ended_on.astype("datetime64[s]")), changed_at)
    deals["account_id"] = or_blank(closed | ~deals["without_account"], deals["account_id"])
    deals["loss_reason"] = or_blank(stage == LOST, deals["loss_reason"])
    deals["forecast_category"] = pd.Series(stage, deals.index).map(_FORECAST).fillna("closed")
    deals["probability"] = pd.Series(stage, deals.index).map(_PROBABILITY)
    deals["pipeline"], deals["is_deleted"] = "sales", "false"
    return deals


def _leads_known(leads: pd.DataFrame, deal_id: pd.Series, cutoff: np.datetime64) -> pd.DataFrame:
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
        opportunity_id=or_blank(steps["converted_at"], _names(deal_id, leads["deal"])),
    )


def _names(ids: pd.Series, positions: pd.Series) -> Any:
    """The id at each position, None where the position is -1."""
    return or_blank(positions >= 0, ids.to_numpy()[positions])
