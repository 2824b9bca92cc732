"""A break as one series shows it, before all series of the source are compared."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from orchestration.transform.breaks.segments import Cut


@dataclass(frozen=True)
class Candidate:
    """A break of `kind` that begins in the week at position `at`; `ends` is the one after its last week, if it ended.

    measure and record_type say which table it was seen in. size: how large the change is, in the unit of its kind: a
    share's change, the natural logarithm of a factor, hours of the clock or records of a burst.
    """

    kind: str
    thing: str
    field: str
    measure: str
    population: str
    record_type: str
    at: int
    ends: int | None
    size: float
    confidence: float
    evidence: str


def windows(cut: Cut, longest: int) -> tuple[slice, slice]:
    """The weeks just before and just after a cut, at most `longest` of each and none of another segment."""
    return slice(max(cut.start, cut.at - longest), cut.at), slice(cut.settled, min(cut.end, cut.settled + longest))


def is_abrupt(values: Any, totals: Any, cut: Cut, least_share: float = 0.5) -> bool:
    """Whether values ÷ totals jumps at the cut rather than drifts: the nearest three weeks of either side hold most of
    the difference. Too few records count as a jump."""
    before, after = windows(cut, 13)
    near_before, near_after = windows(cut, 3)
    whole = _rate(values[after], totals[after]) - _rate(values[before], totals[before])
    near = _rate(values[near_after], totals[near_after]) - _rate(values[near_before], totals[near_before])
    error = np.hypot(_error(values[near_after], totals[near_after]), _error(values[near_before], totals[near_before]))
    if whole < 0:
        whole, near = -whole, -near
    return bool(near + error >= least_share * whole)


@dataclass(frozen=True)
class Step:
    """By how much the logarithm of a volume jumps, the error of that, and what it leaves unexplained."""

    size: float
    error: float
    left: float


def step(values: Any, control: Any, at: Any, is_after: Any, follows: float) -> Step:
    """The step of `values` in the weeks `at` from those that are not to those that are after a cut.

    The weeks may also have a slope. As far as the values follow `control` (0: not at all, 1: in proportion), its
    changes are taken out.
    """
    own, theirs = values[at] + 0.5, control[at] + 0.5
    level = np.log(own) - follows * np.log(theirs)
    weight = 1 / (1 / own + follows**2 / theirs)
    terms = np.column_stack([np.ones(len(at)), at - at[0], is_after])
    spread = np.linalg.inv(terms.T @ (terms * weight[:, None]))
    solved = spread @ (terms.T @ (weight * level))
    left = float((weight * (level - terms @ solved) ** 2).sum())
    error = np.sqrt(max(left / max(len(at) - terms.shape[1], 1), 1.0) * spread[2, 2])
    return Step(float(solved[2]), float(error), left)


def _rate(values: Any, totals: Any) -> float:
    return float(values.sum() / max(totals.sum(), 1.0))


def _error(values: Any, totals: Any) -> float:
    return float(np.sqrt(values.sum() + 1.0) / max(totals.sum(), 1.0))
