"""The smallest profiles for the detector of breaks: two years of equal weeks, in which a test changes one thing."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from orchestration.transform.breaks import detect_breaks

FIRST = np.datetime64("2024-01-01", "D")
WEEKS = 104
CHANGE = 60
Rows = list[dict[str, Any]]


def monday(week: int) -> str:
    return str(FIRST + 7 * week)


def cells(
    thing: str,
    field: str,
    measure: str,
    counts: Callable[[int], dict[str | None, float]],
    totals: Callable[[int], float] | None = None,
    record_type: str = "",
    population: str = "all",
) -> Rows:
    return [
        {
            "source": "generic", "object": thing, "field": field, "population": population,
            "week_start": pd.Timestamp(monday(week)), "measure": measure, "record_type": record_type,
            "category": category, "value": count, "row_count": totals(week) if totals else count,
        }
        for week in range(WEEKS)
        for category, count in counts(week).items()
        if count or totals
    ]  # fmt: skip


def volume(thing: str, field: str, count: Callable[[int], float], population: str = "all", kind: str = "") -> Rows:
    # a little noise, the same in every run
    return cells(
        thing,
        field,
        "row_count",
        lambda week: {None: round(count(week) * (1 + 0.1 * np.sin(week * 7)))},
        None,
        kind,
        population,
    )


def business(pace: Callable[[int], float] = lambda week: 1.0, population: str = "all") -> Rows:
    return [
        *volume("opportunity", "rows", lambda week: 30 * pace(week), population),
        *volume("opportunity", "close_date", lambda week: 25 * pace(week), population),
        *volume("lead", "rows", lambda week: 40 * pace(week), population),
    ]


def breaks(*rows: Iterable[dict[str, Any]], until: Any = None) -> list[tuple[str, str, str, str, str]]:
    found = detect_breaks(pd.DataFrame([row for part in rows for row in part]), until)
    return [(each.kind, each.object, each.field, each.population, each.starts_on) for each in found.itertuples()]


def after(low: float, high: float, change: int = CHANGE) -> Callable[[int], float]:
    return lambda week: high if week >= change else low


def calls(count: Callable[[int], float], population: str = "all") -> Rows:
    return volume("activity", "rows", count, population, "call")
