"""The registers of the sample company: quotas, stage map, holidays, rates and the others."""

from typing import Any

import numpy as np
import pandas as pd

from sample_company import hubspot, pipedrive, salesforce, salesforce_activities
from sample_company.activities import CORRECTED, MISSPELT
from sample_company.deals import LOST, QUALIFIED, STAGES, WON
from sample_company.extract import RENAMED_STAGE, Company
from sample_company.migration import crosswalk
from sample_company.people import Window
from sample_company.story import NEVER, Story, planted_breaks
from sample_company.systems import GENERIC, HUBSPOT, PIPEDRIVE, SALESFORCE
from sample_company.working_days import first_day, holidays_register


def make_rates(rng: np.random.Generator, window: Window) -> pd.DataFrame:
    """month, currency, rate_to_reporting in cents of a rupiah for one US dollar, one row per month."""
    drift = np.rint(rng.normal(4_000, 9_000, window.months)).cumsum().astype(int)
    months = first_day(window.first_month + np.arange(window.months)).astype("datetime64[s]")
    return pd.DataFrame({"month": months, "currency": "USD", "rate_to_reporting": 1_624_537 + drift})


def rate_of(rates: pd.DataFrame, days: Any) -> Any:
    """The rate of the month of each day, in cents."""
    by_month = pd.Series(
        rates["rate_to_reporting"].to_numpy(), rates["month"].to_numpy().astype("datetime64[M]").astype(int)
    )
    return by_month.reindex(days.astype("datetime64[M]").astype(int)).to_numpy()


def in_rupiah(deals: pd.DataFrame, rate: Any) -> Any:
    """The amount of each deal in cents of a rupiah, rounded half up."""
    return np.where(deals["in_dollars"], (deals["amount"] * rate + 50) // 100, deals["amount"]).astype(int)


def make_registers(rates: pd.DataFrame, company: Company, sources: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """The registers without the quotas, by file name without its ending; with the crosswalk if there was a
    migration."""
    reps, story = company.reps, company.story
    roles = np.array(["account_executive", "account_manager"])
    leave = reps[reps["leave_from"].notna()]
    left = {"crosswalk": crosswalk(company)} if story.crm_changed != NEVER else {}
    return left | {
        "stage_map": _stage_map(story, sources),
        "value_map": _value_map(sources),
        "collection_changes": _declared_changes(story, sources),
        "exchange_rates": rates,
        "holidays": holidays_register(),
        "ramp": pd.DataFrame(
            {"role": roles.repeat(3), "month_of_tenure": [1, 2, 3] * 2, "share": [2500, 5000, 7500, 5000, 7500, 10_000]}
        ),
        "leave": pd.DataFrame(
            {
                "rep_id": leave["register_id"],
                "from_date": leave["leave_from"],
                "to_date": leave["leave_from"] + np.timedelta64(4, "D"),
            }
        ),
    }


def _stage_map(story: Story, sources: tuple[str, ...]) -> pd.DataFrame:
    """Every label of every source; a renamed stage of the plain source has one row for before and one for after."""
    stage = pd.DataFrame({"stage": STAGES, "stage_order": np.arange(1, len(STAGES) + 1)})
    stage["is_closed"] = np.where(stage.index >= min(WON, LOST), "true", "false")
    stage["is_won"] = np.where(stage.index == WON, "true", "false")
    plain = stage.assign(source=GENERIC, source_stage=STAGES)
    if story.stage_renamed != NEVER:
        renamed_on = pd.Timestamp(str(story.stage_renamed))
        before = (plain["stage"] == STAGES[QUALIFIED]).map({True: renamed_on - pd.Timedelta(days=1), False: pd.NaT})
        after = plain.iloc[[QUALIFIED]].assign(source_stage=RENAMED_STAGE, valid_from=renamed_on)
        plain = pd.concat([plain.assign(valid_to=before.astype("datetime64[s]")), after])
    labels = {
        HUBSPOT: hubspot.STAGE_LABELS,
        PIPEDRIVE: np.concatenate([pipedrive.STAGE_NAMES, ["won", "lost"]]),
        SALESFORCE: salesforce.STAGE_NAMES,
    }
    by_source = {source: stage.assign(source=source, source_stage=names) for source, names in labels.items()}
    by_source[GENERIC] = plain
    return pd.concat([by_source[source] for source in sources], ignore_index=True)


def _value_map(sources: tuple[str, ...]) -> pd.DataFrame:
    """Values of the CRMs that differ from those of the plain source, and the typing error in the plain source."""
    rows = [
        (GENERIC, "activity", "type", {MISSPELT: CORRECTED}),
        (HUBSPOT, "activity", "type", {f"{hubspot.PROPOSAL_TASK.lower()}_task": "proposal"}),
        (HUBSPOT, "opportunity", "dealtype", {value: name for name, value in hubspot.DEAL_TYPES.items()}),
        (HUBSPOT, "lead", "hs_analytics_source", {value: name for name, value in hubspot.LEAD_SOURCES.items()}),
        (SALESFORCE, "activity", "Type", {salesforce_activities.PROPOSAL_TYPE: "proposal"}),
        (SALESFORCE, "opportunity", "Type", {value: name for name, value in salesforce.DEAL_TYPES.items()}),
    ]
    return pd.DataFrame(
        [
            (source, thing, field, value, name)
            for source, thing, field, names in rows
            for value, name in names.items()
            if source in sources
        ],
        columns=["source", "object", "field", "source_value", "value"],
    )


def _declared_changes(story: Story, sources: tuple[str, ...]) -> pd.DataFrame:
    """The breaks that sales ops declared a month later; the others have to be detected."""
    # a migration is declared by the crosswalk
    declared = [
        change for change in planted_breaks(story, sources) if change.is_declared and change.kind != "migration"
    ]
    rules = {
        "source": "phone before is phone or whatsapp after",
        "to_stage": f"{STAGES[QUALIFIED]} before is {RENAMED_STAGE} after",
    }
    effective_on = pd.to_datetime(pd.Series([change.starts_on for change in declared], dtype=object))
    return pd.DataFrame(
        {
            "change_id": [f"C{number}" for number in range(1, len(declared) + 1)],
            "effective_on": effective_on,
            "source": [change.source for change in declared],
            "object": [change.object for change in declared],
            "field": [change.field for change in declared],
            "team": [
                None if change.population == "all" else change.population.rpartition(":")[2] for change in declared
            ],
            "what_changed": [change.kind for change in declared],
            "bridge_rule": [rules.get(change.field) for change in declared],
            "declared_by": "sales-operations",
            "declared_on": effective_on + pd.Timedelta(days=30),
        }
    )
