"""The registers of the sample company: quotas, stage map, holidays, rates and the others."""

from typing import Any

import numpy as np
import pandas as pd

from sample_company import hubspot, pipedrive, salesforce, salesforce_activities
from sample_company.activities import CORRECTED, MISSPELT
from sample_company.deals import LOST, QUALIFIED, STAGES, WON
from sample_company.extract import RENAMED_STAGE, Company
from sample_company.migration import crosswalk
from sample_company.people import LEAVER, TEAM_IDS, Window, or_blank
from sample_company.story import NEVER, Story, planted_breaks
from sample_company.systems import GENERIC, HUBSPOT, PIPEDRIVE, SALESFORCE
from sample_company.working_days import first_day, holidays_register

_STEP = 5_000_000


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


def make_quotas(
    deals: pd.DataFrame, rates: pd.DataFrame, reps: pd.DataFrame, window: Window, sources: tuple[str, ...]
) -> pd.DataFrame:
    """The plan of the first extract: revenue by rep and quarter, for the first team in Jakarta by quarter and for the
    company by year; deals by month for the reps around Jayapura. target in rupiah or deals."""
    first_quarter = window.first_month - window.first_month.astype(int) % 3
    year_after = (window.last_month.astype("datetime64[Y]") + 1).astype("datetime64[M]")
    quarters = np.arange(first_quarter, year_after, 3)
    dollars = float(rates["rate_to_reporting"].mean()) / 100
    mean_amount = float((deals["amount"] * np.where(deals["in_dollars"], dollars, 1)).mean()) / 100
    expected = mean_amount * len(deals) / len(reps) / window.months * 3 * reps["win_probability"].to_numpy()
    revenue = pd.DataFrame(
        {
            "position": np.tile(np.arange(len(reps)), len(quarters)),
            "month": quarters.repeat(len(reps)).astype("datetime64[s]"),
            # in the first quarter the pipeline is still filling
            "target": np.where(quarters.repeat(len(reps)) == first_quarter, 0.5, 1.0)
            * np.tile(expected, len(quarters)),
        }
    )
    revenue["target"] = _round_up(revenue["target"], _STEP)
    quarter = revenue["month"].to_numpy().astype("datetime64[M]")
    hired = reps["hired_on"].to_numpy().astype("datetime64[M]")[revenue["position"]]
    ended = reps["ended_on"].to_numpy().astype("datetime64[M]")[revenue["position"]]
    # hires and exits are planned by quarter: the first and the last quarter of a rep are full ones
    revenue = revenue[(hired < quarter + 3) & (np.isnat(ended) | (quarter <= ended))]
    revenue = revenue.assign(assignee_type="rep", assignee=reps["register_id"].to_numpy()[revenue["position"]])
    teams = (
        revenue[(revenue["position"] % 6 == 0) & (GENERIC in sources)].groupby("month", as_index=False)["target"].sum()
    )
    teams = teams.assign(assignee_type="team", assignee=TEAM_IDS[0], target=_round_up(teams["target"] * 1.1, _STEP))
    years = _company_plan(revenue, window)
    money = pd.concat([years, teams.assign(period_type="quarter"), revenue.assign(period_type="quarter")])
    money = money.assign(metric="revenue_won", currency="IDR")
    months = window.first_month + np.arange(window.months)
    position = np.arange(2, len(reps), 3)
    deals_won = pd.DataFrame({"month": np.tile(months, len(position)), "position": position.repeat(window.months)})
    hired, ended = (
        reps[day].to_numpy().astype("datetime64[M]")[deals_won["position"]] for day in ("hired_on", "ended_on")
    )
    month = deals_won["month"].to_numpy()
    deals_won = deals_won[(hired <= month) & (np.isnat(ended) | (month <= ended))]
    deals_won["assignee"] = reps["register_id"].to_numpy()[deals_won["position"]]
    deals_won = deals_won.assign(assignee_type="rep", metric="deals_won", period_type="month", target=4)
    quotas = pd.concat([money, deals_won]).rename(columns={"month": "period_start"})
    return quotas.drop(columns="position").reset_index(drop=True)


def _company_plan(revenue: pd.DataFrame, window: Window) -> pd.DataFrame:
    """One quota per calendar year, a little below the sum of the reps' quotas; for a year that began before the window
    it counts from the first month on, and is the quota of the whole year."""
    by_year = revenue.assign(month=revenue["month"].to_numpy().astype("datetime64[Y]").astype("datetime64[s]"))
    by_year = by_year.groupby("month", as_index=False)["target"].sum()
    begun = by_year["month"].to_numpy().astype("datetime64[M]") < window.first_month
    year_share = np.where(begun, 1 - window.first_month.astype(int) % 12 / 12, 1)
    by_year["target"] = _round_up(by_year["target"] * 0.95 / year_share, 100_000_000)
    by_year["effective_from"] = np.where(begun, first_day(window.first_month), np.datetime64("NaT", "s"))
    by_year["note"] = or_blank(begun, "the plan of the whole year; counted since the CRM is in use")
    return by_year.assign(assignee_type="company", assignee="company", period_type="year")


def revise_quotas(quotas: pd.DataFrame, reps: pd.DataFrame) -> pd.DataFrame:
    """The quotas with one more row: the successor of a leaving rep gets a quarter more from the day after the rep's
    last day."""
    from_day = reps["ended_on"].to_numpy()[LEAVER] + np.timedelta64(1, "D")
    month = from_day.astype("datetime64[M]")
    quarter = month - month.astype(int) % 3
    heir = reps["register_id"].to_numpy()[reps["heir"].to_numpy()[LEAVER]]
    is_old = (quotas["assignee"] == heir) & (quotas["metric"] == "revenue_won")
    old = quotas[is_old & (quotas["period_start"].to_numpy() == quarter)]
    revision = old.assign(target=_round_up(old["target"] * 1.25, _STEP), effective_from=from_day)
    revision = revision.assign(note="takes over the customers of " + reps["name"][LEAVER])
    return pd.concat([quotas, revision], ignore_index=True)


def _round_up(amount: pd.Series, step: int) -> pd.Series:
    return (np.ceil(amount / step) * step).astype(int)
