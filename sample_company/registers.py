"""What sales ops of the sample company owns: quotas, stage map, holidays, rates and the rest."""

import numpy as np
import pandas as pd

from sample_company.activities import LATE_LOGGING_TEAM, LOGGING_FROM, MENDED, MISSPELT
from sample_company.deals import LOST, STAGES, WON
from sample_company.leads import WHATSAPP_FROM
from sample_company.people import LEAVER, TEAMS, Window, or_blank
from sample_company.working_days import add_working_days, first_day, holidays_register

_STEP = 5_000_000


def make_rates(rng: np.random.Generator, window: Window) -> pd.DataFrame:
    """month, currency, rate_to_reporting in cents of a rupiah for one US dollar, one row a month."""
    drift = np.rint(rng.normal(4_000, 9_000, window.months)).cumsum().astype(int)
    months = first_day(window.first_month + np.arange(window.months)).astype("datetime64[s]")
    return pd.DataFrame({"month": months, "currency": "USD", "rate_to_reporting": 1_624_537 + drift})


def make_registers(rates: pd.DataFrame, window: Window, reps: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The registers but for the quotas, by file name without its ending."""
    changes = pd.DataFrame(
        {
            "change_id": ["C1", "C2"],
            "effective_on": first_day(np.array([window.month(LOGGING_FROM), window.month(WHATSAPP_FROM)])),
            "object": ["activity", "lead"],
            "field": ["rows", "source"],
            "team": [TEAMS[LATE_LOGGING_TEAM], None],
            "what_changed": ["tracking_started", "definition_changed"],
            "bridge_rule": [None, "phone before is phone or whatsapp after"],
        }
    ).assign(source="generic", declared_by="sales-operations", declared_on=first_day(window.month(WHATSAPP_FROM)))
    roles = np.array(["account_executive", "account_manager"])
    leave_from = add_working_days(first_day(window.month(window.months // 2)), np.array([5, 10]))
    return {
        "stage_map": pd.DataFrame(
            {
                "source": "generic",
                "source_stage": STAGES,
                "stage": STAGES,
                "stage_order": np.arange(1, len(STAGES) + 1),
                "is_closed": np.where(np.arange(len(STAGES)) >= min(WON, LOST), "true", "false"),
                "is_won": np.where(np.arange(len(STAGES)) == WON, "true", "false"),
            }
        ),
        "value_map": pd.DataFrame(
            {"source": ["generic"], "object": "activity", "field": "type", "source_value": MISSPELT, "value": MENDED}
        ),
        "collection_changes": changes,
        "exchange_rates": rates,
        "holidays": holidays_register(),
        "ramp": pd.DataFrame(
            {"role": roles.repeat(3), "month_of_tenure": [1, 2, 3] * 2, "share": [2500, 5000, 7500, 5000, 7500, 10_000]}
        ),
        "leave": pd.DataFrame({"rep_id": reps["rep_id"][:2], "from_date": leave_from, "to_date": leave_from + 4}),
    }


def make_quotas(deals: pd.DataFrame, rates: pd.DataFrame, reps: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The plan of the first extract: revenue by rep and quarter, for the team in Jakarta by quarter, for the company by
    year; deals by month for the reps in Jayapura. target in rupiah or deals."""
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
    # hires and exits are planned by the quarter: a joiner's first, a leaver's last are full ones
    revenue = revenue[(hired < quarter + 3) & (np.isnat(ended) | (quarter <= ended))]
    revenue = revenue.assign(assignee_type="rep", assignee=reps["rep_id"].to_numpy()[revenue["position"]])
    jakarta = revenue[revenue["position"] % 3 == 0].groupby("month", as_index=False)["target"].sum()
    jakarta = jakarta.assign(assignee_type="team", assignee=TEAMS[0], target=_round_up(jakarta["target"] * 1.1, _STEP))
    years = _company_plan(revenue, window)
    money = pd.concat([years, jakarta.assign(period_type="quarter"), revenue.assign(period_type="quarter")])
    money = money.assign(metric="revenue_won", currency="IDR")
    months = (window.first_month + np.arange(window.months)).astype("datetime64[s]")
    jayapura = reps["rep_id"].to_numpy()[2::3]
    deals_won = pd.DataFrame({"month": np.tile(months, len(jayapura)), "assignee": jayapura.repeat(window.months)})
    deals_won = deals_won.assign(assignee_type="rep", metric="deals_won", period_type="month", target=4)
    quotas = pd.concat([money, deals_won]).rename(columns={"month": "period_start"})
    return quotas.drop(columns="position").reset_index(drop=True)


def _company_plan(revenue: pd.DataFrame, window: Window) -> pd.DataFrame:
    """One quota a calendar year, a little below the sum of the reps'; that of a year begun earlier counts from the
    first month on, and stands for the whole year."""
    by_year = revenue.assign(month=revenue["month"].to_numpy().astype("datetime64[Y]").astype("datetime64[s]"))
    by_year = by_year.groupby("month", as_index=False)["target"].sum()
    begun = by_year["month"].to_numpy().astype("datetime64[M]") < window.first_month
    year_share = np.where(begun, 1 - window.first_month.astype(int) % 12 / 12, 1)
    by_year["target"] = _round_up(by_year["target"] * 0.95 / year_share, 100_000_000)
    by_year["effective_from"] = np.where(begun, first_day(window.first_month), np.datetime64("NaT", "s"))
    by_year["note"] = or_blank(begun, "the plan of the whole year; counted since the CRM is in use")
    return by_year.assign(assignee_type="company", assignee="company", period_type="year")


def revise_quotas(quotas: pd.DataFrame, reps: pd.DataFrame) -> pd.DataFrame:
    """The quotas with one row more: the leaver's heir gets a quarter more from the day after the leaver's last."""
    from_day = reps["ended_on"].to_numpy()[LEAVER] + np.timedelta64(1, "D")
    month = from_day.astype("datetime64[M]")
    quarter = month - month.astype(int) % 3
    heir = reps["rep_id"].to_numpy()[reps["heir"].to_numpy()[LEAVER]]
    is_old = (quotas["assignee"] == heir) & (quotas["metric"] == "revenue_won")
    old = quotas[is_old & (quotas["period_start"].to_numpy() == quarter)]
    revision = old.assign(target=_round_up(old["target"] * 1.25, _STEP), effective_from=from_day)
    revision = revision.assign(note="takes over the customers of " + reps["name"][LEAVER])
    return pd.concat([quotas, revision], ignore_index=True)


def _round_up(amount: pd.Series, step: int) -> pd.Series:
    return (np.ceil(amount / step) * step).astype(int)
