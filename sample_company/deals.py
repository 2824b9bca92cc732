"""Deals and everything that happens to them, also after the last extract: `extract.py` shows what was known on a day.

Money is in integer cents, shares and discounts in ten-thousandths; rep, account, product and deal are positions.
"""

from typing import Any

import numpy as np
import pandas as pd

from sample_company.people import Window, ids, source_at
from sample_company.story import Story, moved_at, within
from sample_company.systems import GENERIC, SALESFORCE, mixed_ids
from sample_company.working_days import LEBARAN_LULL, TRADING, add_working_days, first_day, instant, last_day, local_day

STAGES = np.array(["Prospecting", "Qualified", "Proposal", "Negotiation", "Won", "Lost"])
PROSPECTING, QUALIFIED, PROPOSAL, NEGOTIATION, WON, LOST = range(6)
KNOWN, UNKNOWN, BLANK = range(3)

# what may happen to a deal, in order; a deal takes some of these steps
_STEPS = [PROSPECTING, QUALIFIED, PROPOSAL, QUALIFIED, PROPOSAL, NEGOTIATION, LOST, NEGOTIATION, LOST]
_MEAN_WORKING_DAYS = np.array([0, 6, 8, 5, 5, 9, 10, 14, 14])
_BACK, _AGAIN, _NEGOTIATION, _CLOSE, _REOPEN, _LAST_CLOSE = 3, 4, 5, 6, 7, 8
_SHARES = np.array([[5000, 5000, 0], [6000, 4000, 0], [7000, 3000, 0], [3333, 3333, 3334], [4500, 3500, 2000]])
_LOSS_REASONS = np.array(["price", "competitor", "no budget", "no decision"])
_RUPIAH_PER_DOLLAR = 15_900
_DEALS_A_MONTH = 5.6
_GREAT, _PEAK = 1.3, 1.5


def make_deals(rng: np.random.Generator, reps: pd.DataFrame, window: Window, story: Story) -> pd.DataFrame:
    """One row per deal, oldest first, without its amount. worker, creator: who works on it and who entered it
    (positions); owner_is: KNOWN, UNKNOWN or BLANK; source: the system that it was created in, opportunity_id its id
    there."""
    months = window.first_month + np.arange(window.months)
    season = 1 + 0.15 * np.sin(np.arange(window.months))
    # as many as on the busiest days; quieter days keep a part of them
    pace = rng.poisson(_DEALS_A_MONTH * season * _GREAT * _PEAK, (len(reps), window.months))
    worker = np.repeat(np.repeat(np.arange(len(reps)), window.months), pace.ravel())
    month = np.repeat(np.tile(months, len(reps)), pace.ravel())
    spread = rng.random(len(worker)) * (last_day(month) - first_day(month)).astype(int)
    wish = first_day(month) + spread.astype("timedelta64[D]")
    busy = np.where(within(wish, story.great_quarter), 1.0, 1 / _GREAT)
    in_peak = np.logical_or.reduce([np.zeros(len(wish), dtype=bool), *(within(wish, peak) for peak in story.peaks)])
    busy = busy * np.where(in_peak, 1.0, 1 / _PEAK)
    day = add_working_days(wish, 0)
    hired_on, ended_on, leave_from = (
        reps[column].to_numpy().astype("datetime64[D]")[worker] for column in ("hired_on", "ended_on", "leave_from")
    )
    busy = busy * _ramp(day, hired_on)
    kept = (day >= hired_on) & (np.isnat(ended_on) | (day < ended_on)) & (day <= last_day(window.last_month))
    kept &= ~within(day, (leave_from, leave_from + 4)) & (rng.random(len(day)) < busy)
    # deals that would have come in at Lebaran do not come later
    kept &= ~np.isin(wish, LEBARAN_LULL)
    utc_offset = reps["utc_offset"].to_numpy()[worker]
    deals = pd.DataFrame({"worker": worker, "utc_offset": utc_offset})
    deals["created_at"] = instant(day, rng.integers(8 * 3600, 17 * 3600, len(day)), utc_offset)
    deals = deals[kept].sort_values("created_at", kind="stable", ignore_index=True)
    count = len(deals)
    worker = deals["worker"].to_numpy()
    sources = reps["source"].to_numpy(dtype=object)[worker]
    deals["source"] = source_at(sources, deals["created_at"].to_numpy(), moved_at(story))
    deals["opportunity_id"] = mixed_ids(deals["source"], "deal")
    owner_is = np.full(count, KNOWN, dtype=np.int8)
    astray = rng.permutation(count)[: count // 100]
    owner_is[astray[::2]], owner_is[astray[1::2]] = UNKNOWN, BLANK
    deals["owner_is"] = owner_is
    colleague = rng.permutation(count) < count // 20
    deals["creator"] = np.where(colleague, worker % 3, worker)
    deals["account"] = worker % 3 + 3 * (rng.random(count) ** 1.6 * (len(reps) * 5 // 3)).astype(int)
    deals["without_account"] = rng.random(count) < 0.12
    deals["in_dollars"] = rng.random(count) < 0.1
    deals["type"] = np.where(rng.random(count) < 0.35, "new_business", "repeat_business")
    deals["loss_reason"] = _LOSS_REASONS[rng.integers(0, 4, count)]
    deals["reason_given"] = rng.random(count) < 0.4
    deals["hoped_days"] = rng.integers(25, 110, count)
    return deals


def _ramp(day: Any, hired_on: Any) -> Any:
    """The workload of a new colleague: a third in the first month, in full from the fourth month on."""
    return np.clip(((day - hired_on).astype(int) // 30 + 1) / 3, 0, 1)


def make_stage_events(rng: np.random.Generator, deals: pd.DataFrame, reps: pd.DataFrame, story: Story) -> pd.DataFrame:
    """deal, to_stage, from_stage (-1: none), changed_at, utc_offset, changed_by (rep); by deal, then by time."""
    count, worker = len(deals), deals["worker"].to_numpy()
    offset = deals["utc_offset"].to_numpy()
    created_on = local_day(deals["created_at"].to_numpy(), offset)
    hired_on = reps["hired_on"].to_numpy().astype("datetime64[D]")[worker]
    chance = reps["win_probability"].to_numpy()[worker] * (0.6 + 0.4 * _ramp(created_on, hired_on))
    won = rng.random(count) < chance * np.where(within(created_on, story.great_quarter), 1.25, 1)
    won_at_last = rng.random(count) < 0.4
    # a deal that a leaving rep closed keeps its owner: it is not reopened
    taken = _steps_taken(rng, won, ~np.isnat(reps["ended_on"].to_numpy())[worker])
    gaps = np.where(taken, 1 + rng.exponential(_MEAN_WORKING_DAYS, (count, len(_STEPS))).astype(int), 0)
    gaps[:, 0] = 0
    for step, is_won in ((_CLOSE, won), (_LAST_CLOSE, taken[:, _LAST_CLOSE] & won_at_last)):
        closed_on = add_working_days(created_on, gaps[:, : step + 1].sum(axis=1))
        gaps[:, step] += np.where(is_won, _wait_for_the_period_end(rng, closed_on), 0)
    changed_on = add_working_days(created_on[:, None], gaps.cumsum(axis=1))
    second = rng.integers(8 * 3600, 17 * 3600 + 1800, gaps.shape)
    changed_at = instant(changed_on, second, offset[:, None])
    changed_at[:, 0] = deals["created_at"].to_numpy()
    to_stage = np.tile(_STEPS, (count, 1))
    to_stage[won, _CLOSE] = WON
    to_stage[won_at_last, _LAST_CLOSE] = WON
    deal, position = np.nonzero(taken)
    events = pd.DataFrame({"deal": deal, "to_stage": to_stage[deal, position]})
    events["changed_at"] = changed_at[deal, position]
    before = np.roll(events["to_stage"].to_numpy(), 1)
    events["from_stage"] = np.where(position == 0, -1, before)
    events["utc_offset"] = offset[deal]
    ended_on = reps["ended_on"].to_numpy().astype("datetime64[D]")[worker[deal]]
    handed_over = changed_on[deal, position] > ended_on
    events["changed_by"] = np.where(handed_over, reps["heir"].to_numpy()[worker[deal]], worker[deal])
    return events


def _steps_taken(rng: np.random.Generator, won: np.ndarray, of_leaver: np.ndarray) -> np.ndarray:
    """Which steps each deal takes: some skip a stage, go back or are reopened; lost ones leave from any stage."""
    count = len(won)
    chance = rng.random((count, 4))
    left_after = np.where(won, _NEGOTIATION, rng.choice([0, 1, 2, _NEGOTIATION], count, p=[0.2, 0.3, 0.3, 0.2]))
    taken = np.arange(len(_STEPS)) <= left_after[:, None]
    taken[chance[:, 0] < 0.07, QUALIFIED] = False
    taken[chance[:, 0] > 0.93, PROPOSAL] = False
    went_back = taken[:, PROPOSAL] & taken[:, QUALIFIED] & taken[:, _NEGOTIATION] & (chance[:, 1] < 0.09)
    taken[:, _BACK] = taken[:, _AGAIN] = went_back
    taken[:, _CLOSE] = True
    taken[:, _REOPEN] = taken[:, _LAST_CLOSE] = (chance[:, 2] < 0.03) & ~of_leaver
    return taken


def _wait_for_the_period_end(rng: np.random.Generator, closed_on: np.ndarray) -> np.ndarray:
    """Working days by which wins are delayed: half are signed in the last days of their quarter or month."""
    month = closed_on.astype("datetime64[M]")
    quarter_end = month + (2 - month.astype(int) % 3)
    draw = rng.random(len(closed_on))
    target = np.busday_offset(last_day(np.where(draw < 0.3, quarter_end, month)), 0, roll="backward", busdaycal=TRADING)
    target = np.busday_offset(target, -rng.integers(0, 4, len(closed_on)), busdaycal=TRADING)
    return np.where(draw < 0.5, np.maximum(np.busday_count(closed_on, target, busdaycal=TRADING), 0), 0)


def make_lines(rng: np.random.Generator, deals: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """One to three lines per deal: deal, product, quantity, unit_price, discount_rate, net (cents, exact)."""
    per_deal = rng.integers(1, 4, len(deals))
    deal = np.repeat(np.arange(len(deals)), per_deal)
    volume = np.clip(rng.lognormal(np.log(95_000_000), 0.8, len(deals)), 16_000_000, 700_000_000)
    product = rng.integers(0, len(products), len(deal))
    price = products["list_price"].to_numpy()[product] // 100 * rng.integers(95, 106, len(deal))
    quantity = np.maximum(np.rint((volume / per_deal)[deal] * 100 / price), 1).astype(int)
    in_dollars = deals["in_dollars"].to_numpy()[deal]
    discount = np.where(in_dollars, 0, rng.choice([0, 500, 1000], len(deal), p=[0.6, 0.25, 0.15]))
    unit_price = np.where(in_dollars, price // _RUPIAH_PER_DOLLAR, price)
    lines = pd.DataFrame({"deal": deal, "product": product, "quantity": quantity, "unit_price": unit_price})
    lines["discount_rate"] = discount
    lines["net"] = quantity * unit_price * (10_000 - discount) // 10_000
    lines["line_id"] = ids("L", np.arange(len(lines)), 6)
    return lines


def make_splits(rng: np.random.Generator, deals: pd.DataFrame, reps: pd.DataFrame, window: Window) -> pd.DataFrame:
    """deal, rep, share: about three percent of the deals of the plain source (without it, of Salesforce) are shared
    with its reps who stay throughout; none if there are fewer than three of those."""
    has_splits = GENERIC if (reps["source"] == GENERIC).any() else SALESFORCE
    there = (reps["hired_on"].to_numpy().astype("datetime64[M]") < window.first_month) & reps["ended_on"].isna()
    stays = np.flatnonzero(there & (reps["source"] == has_splits))
    worker = deals["worker"].to_numpy()
    may = (deals["owner_is"] == KNOWN) & reps["ended_on"].isna().to_numpy()[worker]
    may &= (deals["source"] == has_splits) & (reps["source"] == has_splits).to_numpy()[worker]
    deal = np.sort(rng.permutation(np.flatnonzero(may))[: int(may.sum()) // 30])
    if len(stays) < 3:
        deal = deal[:0]
    start = rng.integers(0, max(len(stays), 1), len(deal))
    trio = stays[(start[:, None] + np.arange(3)) % len(stays)] if len(deal) else np.zeros((0, 3), dtype=int)
    partners = np.where(trio[:, :2] == worker[deal][:, None], trio[:, 2:], trio[:, :2])
    shares = _SHARES[rng.integers(0, len(_SHARES), len(deal))]
    splits = pd.DataFrame({"deal": np.repeat(deal, 3), "rep": np.column_stack([worker[deal], partners]).ravel()})
    splits["share"] = shares.ravel()
    return splits[splits["share"] > 0].reset_index(drop=True)
