"""What a person reads off HubSpot's reports: the register crm_totals, from the generator's own deals."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sample_company.deals import LOST, WON
from sample_company.extract import Company, deals_known
from sample_company.registers import in_rupiah, rate_of
from sample_company.systems import HUBSPOT
from sample_company.working_days import local_day

# HubSpot's account is that of Papua
_ZONE, _OFFSET = "Asia/Jayapura", 9
_DEFINITIONS = {
    "revenue_won": "closed won by close date, all pipelines",
    "deals_won": "deals closed won by close date, all pipelines",
    "open_pipeline": "open deals of all pipelines",
}


def crm_totals(company: Company, rates: pd.DataFrame, days: Sequence[np.datetime64]) -> pd.DataFrame:
    """HubSpot's totals of the quarter of the last of `days` and of the one before, each read on the last extract of its
    quarter: amounts in cents of a rupiah, numbers of deals in hundredths. Kuota's are those of all systems, and of the
    deals of the earlier quarter as they became known since."""
    readings = []
    quarter = days[-1].astype("datetime64[M]") - days[-1].astype("datetime64[M]").astype(int) % 3
    for start in (quarter - 3, quarter):
        read_on = max((day for day in days if start <= day.astype("datetime64[M]") < start + 3), default=None)
        if read_on is not None:
            readings += _readings(company, rates, start, read_on)
    # of a snapshot the register has one reading
    readings = [row for row in readings if row[0] != "open_pipeline" or row[-1] == days[-1]]
    totals = pd.DataFrame(readings, columns=["metric", "period_type", "period_start", "amount", "read_on"])
    return totals.assign(
        source=HUBSPOT,
        scope_type="company",
        scope="company",
        period_start=pd.to_datetime(totals["period_start"]),
        read_on=pd.to_datetime(totals["read_on"]),
        time_zone=_ZONE,
        read_by="sales-operations",
        definition=totals["metric"].map(_DEFINITIONS),
    )


def _readings(
    company: Company, rates: pd.DataFrame, quarter: np.datetime64, read_on: np.datetime64
) -> list[tuple[Any, ...]]:
    deals = deals_known(company, read_on)
    deals = deals[deals["source"] == HUBSPOT]
    won = deals[deals["stage_code"] == WON]
    closed_on = local_day(won["closed_at"].to_numpy(), _OFFSET).astype("datetime64[M]")
    won = won[(closed_on >= quarter) & (closed_on < quarter + 3)]
    still_open = deals[~deals["stage_code"].isin([WON, LOST])]
    revenue = in_rupiah(won, rate_of(rates, won["close_date"].to_numpy())).sum()
    pipeline = in_rupiah(still_open, rate_of(rates, np.array([read_on])).repeat(len(still_open))).sum()
    first_day = quarter.astype("datetime64[s]")
    return [
        ("revenue_won", "quarter", first_day, int(revenue), read_on.astype("datetime64[s]")),
        ("deals_won", "quarter", first_day, 100 * len(won), read_on.astype("datetime64[s]")),
        ("open_pipeline", None, np.datetime64("NaT", "s"), int(pipeline), read_on.astype("datetime64[s]")),
    ]
