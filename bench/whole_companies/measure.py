"""Which planted breaks were found, and the false alarms: the figures, and the goals they have to meet."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bench.whole_companies.build import Built
from sample_company import Break, InnocentChange

# a break counts as found within this many weeks of its first day
NEAR = 4
# a change of the business is flagged if a false alarm begins in its first quarter, or within weeks of either end
AT_FIRST = 13
BEFORE, AFTER = 2, 4
# other fields in which a break may be listed: an import shows in the keys, a script in the time of the edit
ALSO_IN = {
    ("activity", "logged_at", "migration"): ("activity_id",),
    ("opportunity", "opportunity_type", "bulk_edit"): ("updated_at",),
}


@dataclass(frozen=True)
class Found:
    """The result for one planted break."""

    company: str
    kind: str
    planted: str
    is_found: bool
    is_kind_right: bool
    is_population_right: bool
    onset_weeks: int | None


@dataclass(frozen=True)
class Outcome:
    """The result of one company: its planted breaks, the false alarms, and its changes of the business."""

    company: str
    found: tuple[Found, ...]
    alarms: tuple[str, ...]
    innocent: dict[str, bool]
    series_years: float
    seconds: float


def evaluate(built: Built) -> Outcome:
    """Compare the listed breaks with the planted ones."""
    listed, name = built.listed, f"{built.shape}, seed {built.seed}"
    found, explained = [], np.zeros(len(listed), dtype=bool)
    for planted in built.truth.breaks:
        near = _is_of(planted, listed)
        explained |= near
        found.append(_found(name, planted, listed[near]))
    alarms = listed[~explained]
    weeks = built.profile.groupby("source")["week_start"].nunique()
    series = built.profile.groupby("source")[["object", "field", "population"]].apply(
        lambda of: len(of.drop_duplicates())
    )
    return Outcome(
        name,
        tuple(found),
        tuple(
            f"{row.kind} {row.source} {row.object}.{row.field} {row.population} {str(row.starts_on)[:10]}: "
            f"{row.evidence}"
            for row in alarms.itertuples()
        ),
        {each.what + " " + each.starts_on: _is_flagged(each, alarms) for each in built.truth.innocent_changes},
        float((series * weeks).sum() / 52),
        built.seconds,
    )


def _days(listed: pd.DataFrame) -> Any:
    return listed["starts_on"].to_numpy().astype("datetime64[D]")


def _weeks_off(planted: Break, listed: pd.DataFrame) -> Any:
    """Weeks from the planted onset to the listed one; day 0 of the epoch was a Thursday."""
    return (_days(listed).astype(int) + 3) // 7 - (np.datetime64(planted.starts_on, "D").astype(int) + 3) // 7


def _is_of(planted: Break, listed: pd.DataFrame) -> Any:
    fields = (planted.field, *ALSO_IN.get((planted.object, planted.field, planted.kind), ()))
    overlap = [planted.population == each or "all" in (planted.population, each) for each in listed["population"]]
    return (
        (listed["source"] == planted.source).to_numpy()
        & (listed["object"] == planted.object).to_numpy()
        & listed["field"].isin(fields).to_numpy()
        & np.array(overlap, dtype=bool)
        & (np.abs(_weeks_off(planted, listed)) <= NEAR)
    )


def _found(company: str, planted: Break, near: pd.DataFrame) -> Found:
    what = f"{planted.kind} {planted.source} {planted.object}.{planted.field} {planted.population} {planted.starts_on}"
    if near.empty:
        return Found(company, planted.kind, what, False, False, False, None)
    right = near[near["kind"] == planted.kind]
    best = right if len(right) else near
    return Found(
        company,
        planted.kind,
        what,
        True,
        bool(len(right)),
        bool((best["population"] == planted.population).any()),
        int(np.abs(_weeks_off(planted, best)).min()),
    )


def _is_flagged(change: InnocentChange, alarms: pd.DataFrame) -> bool:
    first, last = np.datetime64(change.starts_on, "D"), np.datetime64(change.ends_on, "D")
    days = _days(alarms)
    at_first = (days >= first - 7 * BEFORE) & (days <= min(first + 7 * AT_FIRST, last + 7 * AFTER))
    at_last = np.abs((days - last).astype(int)) <= 7 * AFTER
    concerned = [change.population == each or "all" in (change.population, each) for each in alarms["population"]]
    return bool(((at_first | at_last) & np.array(concerned, dtype=bool)).any())


def by_kind(outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """One row per kind of break: how many were planted, and the shares that were found and found correctly."""
    frame = pd.DataFrame(
        [vars(found) for each in outcomes for found in each.found], columns=list(Found.__annotations__)
    )
    hits = frame[frame["is_found"]].assign(within=lambda rows: rows["onset_weeks"] <= 1)
    table = frame.groupby("kind").agg(planted=("kind", "size"), recall=("is_found", "mean"))
    for column, flag in (
        ("within_a_week", "within"),
        ("right_kind", "is_kind_right"),
        ("right_population", "is_population_right"),
    ):
        table[column] = hits.groupby("kind")[flag].agg(lambda flags: float(flags.astype(float).mean()))
    table["onset_weeks"] = hits.groupby("kind")["onset_weeks"].agg(lambda weeks: ", ".join(map(str, map(int, weeks))))
    return table


def goals(outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """One row per goal: the figure, its limit, and whether it is met."""
    outcomes = list(outcomes)
    found = [each for company in outcomes for each in company.found]
    hits = [each for each in found if each.is_found]
    changes = [flagged for company in outcomes for flagged in company.innocent.values()]
    alarms = sum(len(company.alarms) for company in outcomes)
    rows = [
        ("recall", _share(each.is_found for each in found), ">=", 0.95),
        (
            "onset within a week",
            _share(each.onset_weeks is not None and each.onset_weeks <= 1 for each in hits),
            ">=",
            0.95,
        ),
        ("right kind", _share(each.is_kind_right for each in hits), ">=", 0.85),
        (
            "false alarms per 100 series-years",
            100 * alarms / sum(company.series_years for company in outcomes),
            "<=",
            1.0,
        ),
        ("innocent changes flagged", 1 - _share(not each for each in changes), "<=", 0.05),
    ]
    table = pd.DataFrame(rows, columns=["measure", "value", "goal", "bound"])
    table["holds"] = np.where(table["goal"] == ">=", table["value"] >= table["bound"], table["value"] <= table["bound"])
    return table


def _share(flags: Iterable[bool]) -> float:
    """1 if there is none: a break that was not planted cannot be missed."""
    known = list(flags)
    return float(np.mean(known)) if known else 1.0
