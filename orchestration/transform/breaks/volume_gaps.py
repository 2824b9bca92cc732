"""Outages too short for the partition, which allows for slow drift: weeks of almost nothing amid business."""

import numpy as np

from orchestration.transform.breaks.candidate import Candidate
from orchestration.transform.breaks.segments import Cut, dispersion, threshold
from orchestration.transform.breaks.volume_series import (
    FEWEST_EXPECTED,
    GAP,
    LONGEST_OUTAGE,
    VolumeSeries,
    shortfall,
)

# how many times as deep as any other week's fall it is
TIMES_OTHER_DIPS = 2.5
# false gaps of one series that are expected: fewer, because one level is known, and business has to go on
FALSE_GAPS = 0.004
FALSE_GAPS_WHERE_PEOPLE_PAUSE = 0.00001
# weeks of other outages that it may also have
OTHER_GAPS = 3


def find_gaps(series: VolumeSeries) -> list[Candidate]:
    """The outages that show in single weeks."""
    # only the volume: its outcome side has its own noise, and only has to go on
    phi = dispersion(np.column_stack([series.volume, series.constant]), (1, 2))
    needed = _needed(series)
    found: list[Candidate] = []
    at = max(series.begins, 4)
    while at < len(series.volume) - 1:
        # a gap begins where a week holds far less than those before it
        falls = series.volume[at] <= GAP * np.median(series.volume[at - 4 : at])
        lengths = range(min(LONGEST_OUTAGE, len(series.volume) - 1 - at), 0, -1) if falls else range(0)
        length = next((each for each in lengths if _gain(series, at, at + each, phi) >= needed), 0)
        if length and not series.recurs(at, at + length):
            gain = _gain(series, at, at + length, phi)
            if gain >= TIMES_OTHER_DIPS * _other_dips(series, at, at + length, phi, needed):
                cut = Cut(max(0, at - 8), at, at, at + length, gain, needed)
                rates = _around(series, at, at + length), series.rate(at, at + length)
                found.append(series.candidate("outage", cut, at + length, *rates))
        at += max(length, 1)
    return found


def _needed(series: VolumeSeries) -> float:
    """What a gap must gain: more where business or few people pause."""
    pauses = series.least_factor is None or np.median(series.volume[series.begins :]) < FEWEST_EXPECTED
    return threshold(len(series.volume), 1, FALSE_GAPS_WHERE_PEOPLE_PAUSE if pauses else FALSE_GAPS)


def _around(series: VolumeSeries, at: int, end: int) -> float:
    weeks = [*range(max(series.begins, at - 8), at), *range(end, min(len(series.volume), end + 8))]
    return float((series.volume[weeks].sum() + 0.1) / (series.control[weeks].sum() + 1.0))


def _gain(series: VolumeSeries, at: int, end: int, phi: float) -> float:
    """How much better silence fits these weeks than the volume of those around; 0 where they are not silent."""
    inside = series.volume[at:end]
    usual, expected = _usual(series, at, end)
    # every week of a gap must be one, and the weeks next to it must not
    if expected <= 0 or inside.max() > GAP * min(usual, expected / len(inside)):
        return 0.0
    return shortfall(float(inside.sum()), expected) / phi


def _usual(series: VolumeSeries, at: int, end: int) -> tuple[float, float]:
    """Records of a usual week next to these (not a rush), and the expected records of these weeks."""
    usual = min(float(np.median(series.volume[at - 4 : at])), float(np.median(series.volume[end : end + 4])))
    return usual, usual * (end - at) * series.going_on(at, end)


def _other_dips(series: VolumeSeries, at: int, end: int, phi: float, needed: float) -> float:
    """The deepest that any other week falls, but for few that are gaps: what comes in lumps falls often."""
    weeks = [week for week in range(max(series.begins, 4), len(series.volume) - 1) if not at - 1 <= week <= end]
    dips = sorted(shortfall(series.volume[week], _usual(series, week, week + 1)[1]) / phi for week in weeks)
    gaps = sum(dip >= needed for dip in dips)
    return max(dips[: len(dips) - min(gaps, OTHER_GAPS)], default=0.0)
