"""Where a volume leaves its outcome side for good: silences of weeks and months, and other regimes of logging."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from orchestration.transform.breaks.candidate import Candidate, step, windows
from orchestration.transform.breaks.profile import EVERYBODY
from orchestration.transform.breaks.segments import Cut, find_cuts
from orchestration.transform.breaks.volume_series import FEWEST_EXPECTED, GAP, LONGEST_OUTAGE, WINDOW, VolumeSeries

# days that lie ahead of a record's first one: nothing has them at first, and where they are recorded they come at once
LATER_DAYS = ("close_date", "qualified_at")
# a segment is silent that brings less than this share of its neighbour
SILENCE = 0.2
LATEST_WEEKS_UNKNOWN = 3
# fewer than for shares: the ratio of two volumes drifts, which the noise between weeks does not show
FALSE_CUTS_OF_RATIOS = 0.00001
# weeks by which the date of a cut may be moved
NEAR = 6
# a source's, or a new team's, first weeks: records follow deals, so that all ratios rise there
RAMP = 13
# how closely a volume follows its outcome side: a capacity that is fixed does not, work on deals does
FOLLOWS = (0.0, 0.5, 1.0)
# how much of a regime's factor must be a step on top of the drift around it, and by how many standard errors
SHARE_OF_FACTOR = 0.6
CERTAIN = 3.5


def find_regimes(series: VolumeSeries) -> list[Candidate]:
    """The breaks that the best partition of the weeks shows."""
    cuts = find_cuts(np.column_stack([series.volume, series.control]), FALSE_CUTS_OF_RATIOS)
    if not cuts:
        return []
    bounds = [0, *(cut.at for cut in cuts), len(series.volume)]
    found, silent_until = [], 0
    for position, cut in enumerate(cuts):
        if cut.at < silent_until:
            continue
        before, after = series.rate(cut.start, cut.at), series.rate(cut.at, cut.end)
        expected = before * series.control[cut.at : cut.end].sum()
        if after <= SILENCE * before and _falls(series, cut) and expected >= FEWEST_EXPECTED:
            again = next(
                (each for each in cuts[position + 1 :] if series.rate(each.at, each.end) > SILENCE * before), None
            )
            ends = again.at if again else len(series.volume)
            kind = _kind_of_silence(series, cut.at, ends)
            if kind and not (kind == "outage" and series.recurs(cut.at, ends)):
                found.append(series.candidate(kind, cut, ends if kind == "outage" else None, before, after))
                silent_until = ends + (1 if kind == "outage" else 0)
        elif (
            before <= SILENCE * after
            and _raw(series, cut) >= 1 / GAP
            and (position == 0 or cut.at - cut.start > LONGEST_OUTAGE)
            and _started(series, cut, after)
        ):
            found.append(series.candidate("tracking_started", cut, None, before, after))
        elif position + 1 < len(cuts) and _is_dip(series, bounds[position : position + 4]):
            found.append(series.candidate("outage", cut, cut.end, before, after))
            silent_until = cut.end + 1
        elif series.least_factor:
            dated = _dated(series, cut)
            if _is_regime(series, dated, series.least_factor):
                found.append(series.candidate("volume_regime_changed", dated, None, before, after))
    return found


def _kind_of_silence(series: VolumeSeries, at: int, ends: int) -> str | None:
    if ends >= len(series.volume):
        if series.key[1] in LATER_DAYS:
            return None
        return "tracking_stopped" if ends - at > LATEST_WEEKS_UNKNOWN else None
    if ends - at > LONGEST_OUTAGE:
        return "tracking_stopped"
    return "outage" if series.going_on(at, ends) >= 0.5 else None


def _started(series: VolumeSeries, cut: Cut, after: float) -> bool:
    """Whether silence ends at full strength; business that only begins grows over weeks."""
    first = max(cut.start, series.begins)
    expected = float(after * series.control[first : cut.at].sum())
    if cut.at - first < 4 or expected < FEWEST_EXPECTED:
        return False
    if series.key[1] in LATER_DAYS and (
        series.key[2] != EVERYBODY or cut.at - first < 8 or series.volume[first : cut.at].sum() > 0.01 * expected
    ):
        return False
    opening = slice(cut.at, min(cut.at + 3, cut.end))
    later = slice(min(cut.at + 3, cut.end), min(cut.at + 11, cut.end))
    if series.control[later].sum() == 0 or series.control[opening].sum() == 0:
        return False
    opening_rate = series.volume[opening].sum() / series.control[opening].sum()
    later_rate = series.volume[later].sum() / series.control[later].sum()
    return bool(opening_rate >= 0.5 * later_rate)


def _raw(series: VolumeSeries, cut: Cut) -> float:
    """The factor by which the volume itself changes, whatever it is held against."""
    earlier, later = windows(cut, WINDOW)
    return float((series.volume[later].mean() + 0.1) / (series.volume[earlier].mean() + 0.1))


def _falls(series: VolumeSeries, cut: Cut) -> bool:
    """Whether the weeks of a cut bring far less than a usual week before it, which no rush is."""
    later = windows(cut, WINDOW)[1]
    return bool(series.volume[later].mean() <= GAP * np.median(series.volume[max(0, cut.at - 8) : cut.at]))


def _is_dip(series: VolumeSeries, bounds: list[int]) -> bool:
    """A short fall to less than half, and back to where it was: most of the records did not arrive."""
    if len(bounds) < 4 or series.least_factor is None:
        return False
    before, inside, after = (series.rate(*span) for span in pairwise(bounds))
    raw = series.volume[bounds[1] : bounds[2]].mean()
    usual = min(
        series.volume[max(bounds[0], bounds[1] - 6) : bounds[1]].mean(), series.volume[bounds[2] : bounds[2] + 6].mean()
    )
    return bool(
        bounds[2] - bounds[1] <= 6
        and inside < 0.5 * min(before, after)
        and max(before, after) < 1.6 * min(before, after)
        and not series.recurs(bounds[1], bounds[2])
        and series.going_on(bounds[1], bounds[2]) >= 0.5
        and raw < 0.5 * usual
    )


def _is_regime(series: VolumeSeries, cut: Cut, factor: float) -> bool:
    """Whether volume and outcome side part at the cut by a step, not by the drift that both have there."""
    if cut.at < series.begins + RAMP or cut.at - cut.start < 6 or cut.end - cut.settled < 6:
        return False
    weeks = _weeks_around(cut)
    steps = [step(series.volume, series.control, weeks, weeks >= cut.settled, follows) for follows in FOLLOWS]
    surest = min(steps, key=lambda each: each.error)
    sizes = [float(np.sign(surest.size)) * each.size for each in steps]
    least = float(np.log(factor))
    return max(sizes) >= least and min(sizes) >= SHARE_OF_FACTOR * least and abs(surest.size) >= CERTAIN * surest.error


def _weeks_around(cut: Cut) -> Any:
    earlier, later = windows(cut, 2 * WINDOW)
    return np.concatenate([np.arange(earlier.start, earlier.stop), np.arange(later.start, later.stop)])


def _dated(series: VolumeSeries, cut: Cut) -> Cut:
    """The cut in the week in which a step explains most, however closely the volume follows its outcome side."""
    lowest, highest = max(cut.start, cut.at - 2 * WINDOW), min(cut.end, cut.at + 2 * WINDOW)
    weeks = np.arange(lowest, highest)

    def unexplained(at: int) -> float:
        return sum(step(series.volume, series.control, weeks, weeks >= at, follows).left for follows in FOLLOWS)

    near = range(max(lowest + 3, cut.at - NEAR), min(highest - 3, cut.at + NEAR) + 1)
    at = min(near, key=unexplained, default=cut.at)
    return replace(cut, at=at, settled=max(at, cut.settled))
