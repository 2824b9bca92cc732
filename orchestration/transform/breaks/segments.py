"""Where a weekly table of counts changes its shares: exact optimal partitioning under a multinomial with overdispersion."""

from dataclasses import dataclass
from typing import Any

import numpy as np

# expected false cuts of one series of pure noise, all of its weeks together
FALSE_CUTS = 0.002
# weeks apart at which noise is measured: far ones see slow drift, which is no break either
LAGS = (1, 2, 4, 8, 13)
# medians of chi-squared with 1 to 12 degrees of freedom (Wilson and Hilferty's approximation beyond)
LARGEST_DISPERSION = 400.0


@dataclass(frozen=True)
class Cut:
    """A change at the start of week `at`, between the segment that begins at `start` and the one that ends before `end`.

    gain: by how much two segments fit better than one, as twice a log likelihood after overdispersion; threshold: what
    it had to exceed.
    """

    start: int
    at: int
    end: int
    gain: float
    threshold: float

    @property
    def confidence(self) -> float:
        """From 0.5 where the evidence just suffices towards 1."""
        return round(float(self.gain / (self.gain + self.threshold)), 3)


def log_likelihood(counts: Any) -> Any:
    """Twice the log likelihood of counts (last axis: categories) under their own shares."""
    total = counts.sum(axis=-1)
    return 2 * (_x_log_x(counts).sum(axis=-1) - _x_log_x(total))


def dispersion(counts: Any) -> float:
    """How much more the shares of weeks differ than counting explains; 1 where counting explains all."""
    freedom = counts.shape[1] - 1
    weeks = counts[counts.sum(axis=1) > 0]
    found = 1.0
    for lag in LAGS:
        if len(weeks) < 2 * lag + 6:
            break
        apart = _difference(weeks[:-lag], weeks[lag:])
        # the median is deaf to the few pairs that a break tears apart
        found = max(found, float(np.median(apart)) / _chi_squared_median(freedom))
    return min(found, LARGEST_DISPERSION)


def threshold(weeks: int, freedom: int) -> float:
    """What a cut must gain (Laurent and Massart's bound of a chi-squared's tail, over all weeks)."""
    tail = float(np.log(weeks) - np.log(FALSE_CUTS))
    return freedom + 2 * float(np.sqrt(freedom * tail)) + 2 * tail


def find_cuts(counts: Any) -> list[Cut]:
    """The cuts of the best partition of the weeks (rows of `counts`) into segments of constant shares, oldest first."""
    counts = np.asarray(counts, dtype=float)
    counts = counts[:, counts.sum(axis=0) > 0]
    weeks = len(counts)
    if weeks < 4 or counts.shape[1] < 2:
        return []
    phi = dispersion(counts)
    penalty = threshold(weeks, counts.shape[1] - 1)
    sums = np.vstack([np.zeros(counts.shape[1]), np.cumsum(counts, axis=0)])
    best = np.zeros(weeks + 1)
    best[0] = -penalty
    came_from = np.zeros(weeks + 1, dtype=int)
    for end in range(1, weeks + 1):
        costs = best[:end] - log_likelihood(sums[end] - sums[:end]) / phi + penalty
        came_from[end] = int(np.argmin(costs))
        best[end] = costs[came_from[end]]
    bounds = [weeks]
    while bounds[-1] > 0:
        bounds.append(int(came_from[bounds[-1]]))
    bounds.reverse()
    cuts = []
    for start, at, end in zip(bounds, bounds[1:], bounds[2:], strict=False):
        apart = _difference(sums[at] - sums[start], sums[end] - sums[at])
        cuts.append(Cut(start, at, end, float(apart) / phi, penalty))
    return cuts


def _difference(one: Any, other: Any) -> Any:
    return log_likelihood(one) + log_likelihood(other) - log_likelihood(one + other)


def _x_log_x(values: Any) -> Any:
    return values * np.log(np.maximum(values, 1.0))


def _chi_squared_median(freedom: int) -> float:
    return float(freedom * (1 - 2 / (9 * freedom)) ** 3)
