"""Where weekly counts change their shares: exact optimal partitioning under a multinomial with overdispersion."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

# expected false cuts of one series of pure noise, all of its weeks together; a company has some hundred series
FALSE_CUTS = 0.0001
# weeks apart at which noise is measured: distant ones see slow drift, which is not a break either
LAGS = (1, 2, 4, 8, 13)
LARGEST_DISPERSION = 400.0


@dataclass(frozen=True)
class Cut:
    """A change in week `at`, between the segment that begins at `start` and the one that ends before `end`.

    settled: the first week that is wholly of the new way; a change in mid-week leaves a week between the two. gain: by
    how much two segments fit better than one, as twice a log likelihood after overdispersion; threshold: what it had to
    exceed.
    """

    start: int
    at: int
    settled: int
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


def dispersion(counts: Any, lags: tuple[int, ...] = LAGS) -> float:
    """How much more the shares of weeks differ than counting explains; 1 where counting explains all."""
    freedom = counts.shape[1] - 1
    weeks = counts[counts.sum(axis=1) > 0]
    found = 1.0
    for lag in lags:
        if len(weeks) < 2 * lag + 6:
            break
        apart = _difference(weeks[:-lag], weeks[lag:])
        # the median is deaf to the few pairs that a break tears apart
        found = max(found, float(np.median(apart)) / _chi_squared_median(freedom))
    return min(found, LARGEST_DISPERSION)


def threshold(weeks: int, freedom: int, false_cuts: float = FALSE_CUTS) -> float:
    """What a cut must gain: the chi-squared quantile (of one exactly, else Wilson and Hilferty's) over all weeks."""
    if freedom == 1:
        return NormalDist().inv_cdf(false_cuts / weeks / 2) ** 2
    spread = 2 / (9 * freedom)
    return float(freedom * (1 - spread - NormalDist().inv_cdf(false_cuts / weeks) * spread**0.5) ** 3)


def find_cuts(counts: Any, false_cuts: float = FALSE_CUTS) -> list[Cut]:
    """The cuts of the best partition of the weeks (rows of `counts`) into segments of constant shares, oldest first.
    Weeks without any record carry no information: a cut next to them is dated to the first week that has some.
    """
    counts = np.asarray(counts, dtype=float)
    counts = counts[:, counts.sum(axis=0) > 0]
    there = np.flatnonzero(counts.sum(axis=1) > 0)
    if len(there) < 4 or counts.shape[1] < 2:
        return []
    known = counts[there]
    phi, penalty = dispersion(known), threshold(len(known), counts.shape[1] - 1, false_cuts)
    sums = np.vstack([np.zeros(counts.shape[1]), np.cumsum(known, axis=0)])
    bounds = _partition(sums, phi, penalty)
    weeks = np.append(there, len(counts))
    cuts: list[Cut] = []
    position = 1
    while position < len(bounds) - 1:
        start, at, end = bounds[position - 1 : position + 2]
        settled = at
        if (
            end - at == 1
            and position + 2 < len(bounds)
            and _is_transition(sums, start, at, end, bounds[position + 2], phi, penalty)
        ):
            settled, end = end, bounds[position + 2]
            position += 1
        gain = _difference(sums[at] - sums[start], sums[end] - sums[settled]) / phi
        first = cuts[-1].settled if cuts else int(weeks[start])
        last = int(weeks[end]) if end < len(known) else len(counts)
        cuts.append(Cut(first, int(weeks[at]), int(weeks[settled]), last, float(gain), penalty))
        position += 1
    return cuts


def _partition(sums: Any, phi: float, penalty: float) -> list[int]:
    """Bounds of the segments whose cost and number together are least (the optimal partitioning of Jackson et al.)."""
    weeks = len(sums) - 1
    # gains[end, start]: what the weeks from start to end say for shares of their own
    gains = log_likelihood(np.maximum(sums[:, None, :] - sums[None, :, :], 0.0)) / phi
    best = np.full(weeks + 1, -penalty)
    came_from = np.zeros(weeks + 1, dtype=int)
    for end in range(1, weeks + 1):
        costs = best[:end] - gains[end, :end]
        came_from[end] = costs.argmin()
        best[end] = costs[came_from[end]] + penalty
    bounds = [weeks]
    while bounds[-1] > 0:
        bounds.append(int(came_from[bounds[-1]]))
    return bounds[::-1]


def _is_transition(sums: Any, start: int, at: int, settled: int, end: int, phi: float, penalty: float) -> bool:
    """Whether the week between two segments is a mixture of both, as one is in whose middle the way was changed."""
    before, between, after = sums[at] - sums[start], sums[settled] - sums[at], sums[end] - sums[settled]
    if _difference(before, after) / phi <= penalty:
        return False
    way = after / after.sum() - before / before.sum()
    reached = between / between.sum() - before / before.sum()
    return bool(-0.1 <= float(way @ reached) / float(way @ way) <= 1.1)


def _difference(one: Any, other: Any) -> Any:
    return log_likelihood(one) + log_likelihood(other) - log_likelihood(one + other)


def _x_log_x(values: Any) -> Any:
    return values * np.log(np.maximum(values, 1.0))


def _chi_squared_median(freedom: int) -> float:
    return float(freedom * (1 - 2 / (9 * freedom)) ** 3)
