"""From a seed to a landing folder: the company, its extracts and registers, and the truth about the last extract."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from sample_company.activities import TOUCHES_A_DEAL, activity_months
from sample_company.crm_totals import crm_totals
from sample_company.deals import make_deals, make_lines, make_splits, make_stage_events
from sample_company.deliver import Delivery, deliver, deliver_registers, settings_of_the_move
from sample_company.extract import Company, deals_known
from sample_company.funnel_truth import contacted_leads, make_funnel
from sample_company.leads import make_leads
from sample_company.migration import with_moves, without_late_reopenings
from sample_company.people import (
    MOST_REPS,
    Window,
    make_accounts,
    make_memberships,
    make_products,
    make_reps,
    make_teams,
)
from sample_company.quotas import make_quotas, revise_quotas
from sample_company.registers import make_rates, make_registers
from sample_company.story import make_story
from sample_company.systems import GENERIC, HUBSPOT, SOURCES
from sample_company.truth import Truth, count_activities, make_truth
from sample_company.working_days import last_day

SETTINGS = "reporting_currency: IDR\nreporting_time_zone: Asia/Jakarta\nfiscal_year_start_month: 1\n"
FEWEST_REPS = 12
# above this number there is only the last extract, with one file of activities per month
LARGE = 200_000
_DAILY = 14


class NotGenerated(Exception):
    """The sample company cannot be generated as requested; the message is one line that says why and what to do."""


def generate(
    landing: Path,
    *,
    seed: int = 7,
    reps: int = 40,
    months: int = 24,
    activities: int | None = None,
    sources: tuple[str, ...] = SOURCES,
    last_month: date = date(2026, 9, 1),
    monthly_extracts: int | None = None,
    daily_extracts: int | None = None,
    with_breaks: bool = True,
) -> Truth:
    """Fill `landing` with extracts at the end of every month and of each of the last days, and with registers.

    `activities`: about how many; default: about five per deal. `sources`: with all, the regions around Jakarta and
    Papua use the plain source and HubSpot, and the one around Makassar moves from Pipedrive to Salesforce in month 14
    (not in a company of fewer than 16 months); with one, all regions use it. `monthly_extracts`, `daily_extracts`: how
    many, counted from the last; by default all months and 14 days, and for a company with more than 200,000 activities
    only the last one, with one file of activities per month. `with_breaks`: whether the way of recording changes over
    time; without, the same company looks the same in every system. The same arguments give the same bytes. Raises
    NotGenerated if `landing` is not an empty folder, and for impossible sizes."""
    landing = landing.resolve()
    if landing.exists() and (not landing.is_dir() or any(landing.iterdir())):
        raise NotGenerated(f"{landing}: not an empty folder. Name a new one, or empty this one first.")
    limits = (
        (reps, FEWEST_REPS, MOST_REPS, "reps"),
        (months, 6, 120, "months"),
        (activities or 0, 0, 100_000_000, "activities"),
        (monthly_extracts or 0, 0, months, "monthly extracts"),
        (daily_extracts or 0, 0, 28, "daily extracts"),
    )
    for given, fewest, most, what in limits:
        if not fewest <= given <= most:
            raise NotGenerated(f"{given} {what}: give {fewest} to {most}.")
    if not sources or not set(sources) <= set(SOURCES):
        raise NotGenerated(f"sources {', '.join(sources) or 'none'}: give {' or '.join(SOURCES)}, or several.")
    sources = tuple(source for source in SOURCES if source in sources)
    window = Window(np.datetime64(last_month, "M") - (months - 1), months)
    rates = make_rates(np.random.default_rng([seed, 1]), window)
    company = _make_company(seed, reps, window, sources, with_breaks=with_breaks)

    def activity_frames(touches_a_deal: float) -> Iterable[pd.DataFrame]:
        return activity_months(
            [seed, 9], company.deals, company.events, company.leads, company.reps, window, company.story, touches_a_deal
        )

    touches = TOUCHES_A_DEAL if activities is None else _touches_a_deal(activities, activity_frames)
    is_large = max(activities or 0, TOUCHES_A_DEAL * len(company.deals)) > LARGE
    in_memory = [] if is_large else [pd.concat(activity_frames(touches), ignore_index=True)]
    ends = [last_day(window.month(position)) for position in range(months)]
    monthly = (1 if is_large else months) if monthly_extracts is None else monthly_extracts
    daily = (0 if is_large else _DAILY) if daily_extracts is None else daily_extracts
    days = sorted({ends[-1], *ends[months - monthly :], *np.arange(ends[-1] - max(daily - 1, 0), ends[-1])})
    # a half-filled folder would look complete: it gets its name last
    partial = landing.with_name(f".{landing.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    (partial / "settings.yml").write_text(SETTINGS + settings_of_the_move(company, days), encoding="utf-8")
    with duckdb.connect() as connection:
        delivery = Delivery(
            partial, connection, sources, lambda: activity_frames(touches) if is_large else in_memory, is_large
        )
        deliver(delivery, company, days, ends)
        quotas = make_quotas(company.deals, company.events, rates, company.reps, window, sources)
        revised = revise_quotas(quotas, company.reps)
        registers = make_registers(rates, company, sources)
        totals = crm_totals(company, rates, days) if HUBSPOT in sources else pd.DataFrame()
        deliver_registers(delivery, registers, quotas, revised, ends[-3], ends[-2], totals, ends[-1])
    partial.replace(landing)
    counted = [
        (count_activities(company, frame, days[-1]), contacted_leads(company, frame, days[-1]))
        for frame in delivery.activity_frames()
    ]
    known_deals = deals_known(company, days[-1])
    counts, contacts = (pd.concat(parts) for parts in zip(*counted, strict=True))
    truth = make_truth(company, known_deals, counts, rates, revised, sources, days[-1])
    return replace(truth, funnel=make_funnel(company, known_deals, contacts, days[-1]))


def _touches_a_deal(activities: int, frames: Callable[[float], Iterable[pd.DataFrame]]) -> float:
    """Calls, emails and meetings per deal, so that about `activities` are logged: not everything that happens is
    logged."""
    with_none, with_one = (sum(len(frame) for frame in frames(touches)) for touches in (0.0, 1.0))
    return max(activities - with_none, 0) / (with_one - with_none)


def _make_company(seed: int, rep_count: int, window: Window, sources: tuple[str, ...], *, with_breaks: bool) -> Company:
    # one random stream per part: more draws in one part do not change the others
    streams = [np.random.default_rng([seed, part]) for part in range(2, 9)]
    story = make_story(window, sources, with_breaks=with_breaks)
    reps = make_reps(streams[0], rep_count, window, story.territory_opened, story.crm_changed, sources)
    accounts = make_accounts(streams[1], reps, window)
    products = make_products()
    deals = make_deals(streams[2], reps, window, story)
    events = without_late_reopenings(make_stage_events(streams[3], deals, reps, story), deals, story)
    lines = make_lines(streams[4], deals, products)
    splits = make_splits(streams[5], deals, reps, window)
    leads = make_leads(streams[6], deals, reps, window, story)
    # every fourth account is new: it is opened two days before its first deal
    first_deal = deals.groupby("account")["created_at"].min() - np.timedelta64(2, "D")
    is_new = first_deal.index % 4 == 3
    accounts.loc[first_deal.index[is_new], "created_at"] = first_deal[is_new]
    deals["amount"] = lines.groupby("deal")["net"].sum()
    deals["currency"] = np.where(deals["in_dollars"], "USD", "IDR")
    first_product = products["name"].to_numpy()[lines.drop_duplicates("deal")["product"]]
    deals["name"] = accounts["name"].to_numpy()[deals["account"]] + " - " + first_product
    # some deals do not name their lead; then the lead names the deal
    naming = leads[(leads["deal"] >= 0) & (leads.index % 5 != 0)]
    deals["lead_id"] = naming.set_index("deal")["lead_id"]
    unowned = deals.index[deals["without_account"]]
    deals.loc[unowned, "name"] = "Enquiry " + (unowned + 1).astype(str)
    company = Company(
        story=story,
        reps=reps,
        teams=make_teams(reps),
        memberships=make_memberships(reps) if GENERIC in sources else make_memberships(reps).iloc[:0],
        accounts=accounts,
        products=products,
        deals=deals,
        events=events,
        lines=lines,
        splits=splits,
        leads=leads,
    )
    return with_moves(company)
