"""A generated company: deals, stage events, activities and leads as rows with teams, instants and values.

Nothing here depends on how breaks are detected. Every company draws its own size, pace, season and noise.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

FIRST_MONDAY = np.datetime64("2023-01-02", "D")
TYPES = np.array(["call", "email", "meeting", "proposal"])
SOURCES = np.array(["web", "referral", "event", "phone", "partner"])
DEAL_TYPES = np.array(["new", "renewal", "upsell"])
REASONS = np.array(["price", "timing", "competitor", "no need"])
STAGES = ("Qualify", "Demo", "Offer")


@dataclass(frozen=True)
class Shape:
    """How large a company is and how its business goes."""

    weeks: int
    teams: int
    deals_a_week: float
    activities_a_deal: float
    season: float
    growth: float
    noise: float
    cycle_days: float
    peak: tuple[int, int, float] | None = None
    great_quarter: tuple[int, float] | None = None
    new_team_from: int | None = None
    quarter_end: float = 0.0
    campaign_from: int | None = None


@dataclass
class Company:
    """Frames of rows; day is days since the first Monday, at a whole instant in seconds since then."""

    shape: Shape
    deals: pd.DataFrame
    events: pd.DataFrame
    activities: pd.DataFrame
    leads: pd.DataFrame
    edits: pd.DataFrame = field(default_factory=pd.DataFrame)


def draw_shape(rng: np.random.Generator, **changes: Any) -> Shape:
    """A size and a course of business; `changes` sets what an innocent change needs."""
    drawn: dict[str, Any] = {
        "weeks": int(rng.integers(78, 157)),
        "teams": int(rng.integers(2, 7)),
        "deals_a_week": float(np.exp(rng.uniform(np.log(14), np.log(120)))),
        "activities_a_deal": float(rng.uniform(3, 9)),
        "season": float(rng.uniform(0, 0.2)),
        "growth": float(rng.uniform(-0.1, 0.3)),
        "noise": float(rng.uniform(0.0, 0.15)),
        "cycle_days": float(rng.uniform(20, 80)),
        "quarter_end": float(rng.uniform(0, 1)),
    }
    return Shape(**(drawn | changes))


def make_company(rng: np.random.Generator, shape: Shape) -> Company:
    """Rows of everything that happened, all recorded in the same way."""
    deals = _deals(rng, shape)
    events = _events(rng, deals)
    activities = _activities(rng, shape, deals)
    leads = _leads(rng, shape)
    last = shape.weeks * 7
    deals.loc[deals["closed_day"] >= last, ["closed_day", "is_won"]] = [np.nan, False]
    events, activities = events[events["day"] < last].copy(), activities[activities["day"] < last]
    for frame in (deals, events, leads):
        frame["shown_late"] = _days_late(rng, len(frame))
    deals["close_shown_late"] = _days_late(rng, len(deals))
    company = Company(shape, deals, events.reset_index(drop=True), activities.reset_index(drop=True), leads)
    edited = deals["closed_day"].fillna(deals["day"] + 20)
    company.edits = pd.DataFrame({"team": deals["team"], "field": "updated_at", "instant": _at(rng, edited.to_numpy())})
    return company


def _pace(rng: np.random.Generator, shape: Shape) -> Any:
    week = np.arange(shape.weeks)
    pace = 1 + shape.season * np.sin(2 * np.pi * (week / 52 + rng.random()))
    pace = pace * (1 + shape.growth) ** (week / 52)
    if shape.peak:
        start, length, factor = shape.peak
        pace[start : start + length] *= factor
        # a rush is followed by a quiet time
        pace[start + length : start + length + 1] *= 0.15
    if shape.great_quarter:
        start, factor = shape.great_quarter
        pace[start : start + 13] *= factor
    if shape.noise:
        pace = pace * rng.gamma(1 / shape.noise**2, shape.noise**2, shape.weeks)
    return pace


def _deals(rng: np.random.Generator, shape: Shape) -> pd.DataFrame:
    pace = _pace(rng, shape)
    sizes = rng.dirichlet(np.full(shape.teams, 4.0))
    frames = []
    for team in range(shape.teams):
        rate = shape.deals_a_week * sizes[team] * pace
        if shape.new_team_from is not None and team == shape.teams - 1:
            ramp = np.clip((np.arange(shape.weeks) - shape.new_team_from) / 8, 0, 1)
            rate = rate * np.where(np.arange(shape.weeks) >= shape.new_team_from, 0.3 + 0.7 * ramp, 0.0)
        week = np.repeat(np.arange(shape.weeks), rng.poisson(rate))
        frames.append(pd.DataFrame({"team": team, "day": week * 7 + rng.integers(0, 5, len(week))}))
    deals = pd.concat(frames, ignore_index=True)
    count = len(deals)
    deals["key"] = [f"D{number}" for number in range(count)]
    deals["type"] = rng.choice(DEAL_TYPES, count, p=[0.6, 0.25, 0.15])
    deals["amount"] = np.exp(rng.normal(9 + 0.3 * (deals["type"] == "upsell"), rng.uniform(0.5, 1.1)))
    # part of them are list prices
    prices = np.exp(rng.normal(9, 0.7, 12)).round(-2)
    deals["amount"] = np.where(rng.random(count) < rng.uniform(0, 0.6), rng.choice(prices, count), deals["amount"])
    deals["has_account"] = rng.random(count) < 0.85
    # a few customers buy often
    deals["account"] = np.minimum(rng.zipf(1.6, count), 5000)
    deals["currency"] = np.where(rng.random(count) < 0.8, "EUR", "USD")
    closed = deals["day"] + 1 + rng.gamma(2, shape.cycle_days / 2, count).astype(int)
    month_of_quarter = (closed // 30) % 3
    late_push = (month_of_quarter == 2) * shape.quarter_end
    won = rng.random(count) < 0.35 + 0.35 * late_push
    if shape.great_quarter:
        great = (closed // 7 >= shape.great_quarter[0]) & (closed // 7 < shape.great_quarter[0] + 13)
        won |= great & (rng.random(count) < 0.4)
        deals.loc[great, "amount"] *= 1.3
    deals["is_won"] = won
    deals["closed_day"] = closed.astype(float)
    deals["reason"] = np.where(rng.random(count) < 0.45, rng.choice(REASONS, count, p=[0.4, 0.3, 0.2, 0.1]), "")
    return deals


def _events(rng: np.random.Generator, deals: pd.DataFrame) -> pd.DataFrame:
    frames = []
    for number, stage in enumerate(STAGES):
        kept = deals[rng.random(len(deals)) < 0.9 - 0.2 * number]
        part = kept["day"] + ((kept["closed_day"] - kept["day"]) * number / 3).astype(int)
        frames.append(pd.DataFrame({"team": kept["team"], "day": part, "stage": stage}))
    ends = pd.DataFrame({"team": deals["team"], "day": deals["closed_day"].astype(int)})
    frames.append(ends.assign(stage=np.where(deals["is_won"], "Won", "Lost")))
    events = pd.concat(frames, ignore_index=True)
    return events.assign(instant=_at(rng, events["day"].to_numpy()))


def _activities(rng: np.random.Generator, shape: Shape, deals: pd.DataFrame) -> pd.DataFrame:
    row = np.repeat(np.arange(len(deals)), rng.poisson(shape.activities_a_deal, len(deals)))
    life = (deals["closed_day"] - deals["day"]).to_numpy()[row]
    day = deals["day"].to_numpy()[row] + (rng.random(len(row)) * life).astype(int)
    day = day - np.clip(day % 7 - 4, 0, None)
    kind = rng.choice(4, len(row), p=[0.45, 0.3, 0.15, 0.1])
    at = _at(rng, day)
    lag = np.where(
        rng.random(len(row)) < 0.85, rng.integers(30, 8 * 3600, len(row)), rng.integers(1, 9, len(row)) * 86_400
    )
    return pd.DataFrame(
        {
            "key": [f"A{number}" for number in range(len(row))],
            "team": deals["team"].to_numpy()[row],
            "day": day,
            "type": TYPES[kind],
            "instant": at,
            "logged": at + lag,
            "minutes": np.where(kind % 2 == 0, np.maximum(1, rng.gamma(2, 12, len(row)).round()), np.nan),
            "has_direction": rng.random(len(row)) < 0.75,
            "is_linked": rng.random(len(row)) < 0.9,
        }
    )


def _leads(rng: np.random.Generator, shape: Shape) -> pd.DataFrame:
    deals = _deals(rng, shape)[["team", "day"]]
    shares = np.tile([0.4, 0.2, 0.15, 0.15, 0.1], (len(deals), 1))
    if shape.campaign_from is not None:
        # a web campaign brings more and more leads
        more = np.clip((deals["day"].to_numpy() / 7 - shape.campaign_from) / 10, 0, 1)
        shares[:, 0] += 0.5 * more
    shares = shares / shares.sum(axis=1, keepdims=True)
    source = (rng.random(len(deals))[:, None] > np.cumsum(shares, axis=1)).sum(axis=1)
    return deals.assign(
        source=SOURCES[np.minimum(source, 4)],
        has_source=rng.random(len(deals)) < 0.9,
        instant=_at(rng, deals["day"].to_numpy()),
        key=[f"L{number}" for number in range(len(deals))],
    )


def _days_late(rng: np.random.Generator, count: int) -> Any:
    """The days by which each row missed the extract that could have shown it."""
    return np.where(rng.random(count) < 0.04, rng.integers(1, 12, count), 0)


def _at(rng: np.random.Generator, day: Any) -> Any:
    hour = 8 + 9 * rng.beta(1.6, 1.8, len(day)) + (rng.random(len(day)) < 0.05) * 3
    return (day.astype(int) * 86_400 + hour * 3600).astype(np.int64)
