"""From a seed to a landing folder: the company, three extracts of it, its registers; and the truth about the last."""

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from sample_company.activities import make_activities
from sample_company.deals import make_deals, make_lines, make_splits, make_stage_events
from sample_company.extract import Company, extract
from sample_company.leads import make_leads
from sample_company.people import Window, make_accounts, make_memberships, make_products, make_reps, make_teams
from sample_company.registers import make_quotas, make_rates, make_registers, revise_quotas
from sample_company.truth import Truth, make_truth
from sample_company.working_days import last_day
from sample_company.write import write_csv

SETTINGS = "reporting_currency: IDR\nreporting_time_zone: Asia/Jakarta\nfiscal_year_start_month: 1\n"


class NotGenerated(Exception):
    """The sample company cannot be made as asked; the message is one line that says why and what to do."""


def generate(
    landing: Path, *, seed: int = 7, reps: int = 12, months: int = 15, first_month: date = date(2025, 7, 1)
) -> Truth:
    """Fill `landing` with extracts at the end of each of the last three months, and with the registers.

    The same arguments give the same bytes. Raises NotGenerated where `landing` is not an empty folder, and for a
    company too small to show its three stories (joiner, leaver, mover) or too large for its names.
    """
    landing = landing.resolve()
    if landing.exists() and (not landing.is_dir() or any(landing.iterdir())):
        raise NotGenerated(f"{landing}: not an empty folder. Name a new one, or empty this one first.")
    if not 6 <= reps <= 400:
        raise NotGenerated(f"{reps} reps: give 6 to 400.")
    if not 6 <= months <= 120:
        raise NotGenerated(f"{months} months: give 6 to 120.")
    window = Window(np.datetime64(first_month, "M"), months)
    rates = make_rates(np.random.default_rng([seed, 1]), window)
    company = _make_company(seed, reps, window)
    days = [last_day(window.month(position)) for position in (-3, -2, -1)]
    # a half-filled folder would pass for a whole one: it gets its name last
    partial = landing.with_name(f".{landing.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    (partial / "settings.yml").write_text(SETTINGS, encoding="utf-8")
    frames: dict[str, pd.DataFrame] = {}
    for day in days:
        frames = extract(company, day)
        _write_folder(partial / "generic" / str(day), frames)
    quotas = make_quotas(company.deals, rates, company.reps, window)
    revised = revise_quotas(quotas, company.reps)
    registers = make_registers(rates, window, company.reps)
    _write_folder(partial / "registers" / str(days[0]), registers | {"quotas": quotas})
    _write_folder(partial / "registers" / str(days[1]), {"quotas": revised})
    partial.replace(landing)
    return make_truth(company, frames["opportunities"], rates, revised, days[-1])


def _make_company(seed: int, rep_count: int, window: Window) -> Company:
    # a stream a part: that one part draws more often does not change the others
    streams = [np.random.default_rng([seed, part]) for part in range(2, 10)]
    reps = make_reps(streams[0], rep_count, window)
    accounts = make_accounts(streams[1], reps, window)
    products = make_products()
    deals = make_deals(streams[2], reps, window)
    events = make_stage_events(streams[3], deals, reps)
    lines = make_lines(streams[4], deals, products)
    splits = make_splits(streams[5], deals, reps)
    leads = make_leads(streams[6], deals, reps, window)
    # every fourth account is new: it is opened two days before its first deal
    first_deal = deals.groupby("account")["created_at"].min() - np.timedelta64(2, "D")
    is_new = first_deal.index % 4 == 3
    accounts.loc[first_deal.index[is_new], "created_at"] = first_deal[is_new]
    deals["account_id"] = accounts["account_id"].to_numpy(dtype=object)[deals["account"]]
    deals["amount"] = lines.groupby("deal")["net"].sum()
    deals["currency"] = np.where(deals["in_dollars"], "USD", "IDR")
    first_product = products["name"].to_numpy()[lines.drop_duplicates("deal")["product"]]
    deals["name"] = accounts["name"].to_numpy()[deals["account"]] + " - " + first_product
    # some deals do not name their lead: then the lead names the deal
    naming = leads[(leads["deal"] >= 0) & (leads.index % 5 != 0)]
    deals["lead_id"] = naming.set_index("deal")["lead_id"]
    unowned = deals.loc[deals.index[deals["without_account"]]]
    deals.loc[unowned.index, "name"] = "Enquiry " + unowned["opportunity_id"]
    return Company(
        reps=reps,
        teams=make_teams(reps),
        memberships=make_memberships(reps, window),
        accounts=accounts,
        products=products,
        deals=deals,
        events=events,
        lines=lines,
        splits=splits,
        leads=leads,
        activities=make_activities(streams[7], deals, events, leads, reps, window),
    )


def _write_folder(folder: Path, frames: dict[str, pd.DataFrame]) -> None:
    folder.mkdir(parents=True)
    for name, frame in frames.items():
        write_csv(folder, name, frame)
