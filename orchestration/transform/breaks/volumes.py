"""Breaks of how many records there are: tracking that starts and stops, outages, logging tools switched on.

Volume moves with business too. So each volume is held against what the same population's business brings in the same
weeks (the outcome side), and only their ratio is cut into segments: a season or a great quarter moves both.
"""

from dataclasses import replace
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import numpy as np

from orchestration.transform.breaks.candidate import Candidate, is_abrupt, windows
from orchestration.transform.breaks.profile import EVERYBODY, Profile
from orchestration.transform.breaks.segments import FALSE_CUTS, Cut, dispersion, find_cuts, log_likelihood, threshold

# what tells, beside each volume, how much business there was: (object, field) of the counts that are added up
OUTCOME_SIDE = {
    ("activity", "rows"): (("opportunity", "rows"), ("opportunity", "close_date")),
    ("stage_event", "rows"): (("opportunity", "rows"), ("opportunity", "close_date")),
    ("lead", "rows"): (("opportunity", "rows"), ("opportunity", "close_date")),
    ("lead", "qualified_at"): (("lead", "rows"),),
    ("opportunity", "rows"): (("lead", "rows"), ("activity", "rows"), ("stage_event", "rows")),
    ("opportunity", "close_date"): (("opportunity", "rows"),),
    ("opportunity_line", "rows"): (("opportunity", "close_date"),),
}
# by how much a volume must change for another regime of logging; None: only silence is a break, a change is business
LEAST_FACTOR = {
    ("activity", "rows"): 1.3,
    ("stage_event", "rows"): 1.5,
    ("lead", "rows"): 2.5,
    ("lead", "qualified_at"): None,
    ("opportunity", "rows"): None,
    ("opportunity", "close_date"): None,
    ("opportunity_line", "rows"): None,
}
# days that lie ahead of a record's first one: nothing has them at first, and where they are recorded they come at once
LATER_DAYS = ("close_date", "qualified_at")
# a segment is silent that brings less than this share of its neighbour
SILENCE = 0.2
LONGEST_OUTAGE = 13
FEWEST_EXPECTED = 10.0
# a week is part of a gap that brings less than this share of the usual
GAP = 0.35
# weeks of another year are quiet too below this share of the usual, by this much more likely than not
RESTING = 0.5
NOT_BY_CHANCE = 4.0
# how many times as deep as any other week's fall it is
TIMES_OTHER_DIPS = 2.5
# weeks of other outages that it may have besides
OTHER_GAPS = 3
WINDOW = 13
LATEST_WEEKS_UNKNOWN = 3
# weeks by which a cut may be dated anew
NEAR = 3
# a source's, or a new team's, first weeks: records follow deals, so that all ratios rise there
RAMP = 13


def find_volume_breaks(profile: Profile, others: list[Profile]) -> list[Candidate]:
    """Breaks in the volume of every object, population and type of record."""
    found = []
    populations = sorted({key[3] for key, _ in profile.measured("row_count")})
    for thing, field in OUTCOME_SIDE:
        types = sorted({key[4] for key, _ in profile.measured("row_count") if key[:2] == (thing, field)})
        for population in populations:
            control = _control(profile, others, thing, field, population)
            parts = [profile.rows(*part, population) for part in OUTCOME_SIDE[thing, field]]
            everything = profile.rows(thing, field, population)
            for record_type in [None, *types] if len(types) > 1 else [None]:
                volume = profile.rows(thing, field, population, record_type)
                if volume.sum() < 2 * FEWEST_EXPECTED or control.sum() < 2 * FEWEST_EXPECTED:
                    continue
                rest = everything - volume if record_type else None
                series = _Series((thing, field, population, record_type or ""), volume, control, parts, rest)
                found += [*series.breaks(), *series.gaps()]
    return found


def _control(profile: Profile, others: list[Profile], thing: str, field: str, population: str) -> Any:
    """The weekly outcome side of a volume; where its own source has none, that of all sources; else a constant."""
    parts = OUTCOME_SIDE[thing, field]
    own = sum(profile.rows(*part, population) for part in parts)
    if sum(profile.rows(*part, EVERYBODY).sum() for part in parts) >= len(profile.weeks):
        return own
    everywhere = np.zeros(len(profile.weeks))
    for other in others:
        offset = int((other.weeks[0] - profile.weeks[0]).astype(int)) // 7
        theirs = sum(other.rows(*part, population) for part in parts)
        inside = (np.arange(len(other.weeks)) + offset >= 0) & (np.arange(len(other.weeks)) + offset < len(everywhere))
        everywhere[np.arange(len(other.weeks))[inside] + offset] += np.asarray(theirs)[inside]
    if everywhere.sum() >= len(profile.weeks):
        return everywhere
    # nothing says when a team began: only of everybody can be told that records were there
    usual = profile.rows(thing, field, population).mean() if population == EVERYBODY else 0.0
    return np.full(len(profile.weeks), usual)


class _Series:
    """One volume beside its outcome side; of a type of record also beside the `rest`, the other types."""

    def __init__(self, key: tuple[str, str, str, str], volume: Any, control: Any, parts: list[Any], rest: Any) -> None:
        self.key, self.volume, self.control, self.rest = key, volume, control, rest
        self.parts = [part for part in parts if part.sum() > 0]
        active = np.flatnonzero(control >= 0.2 * np.median(control[control > 0]))
        self.begins = int(active[0]) if len(active) else len(volume)

    def breaks(self) -> list[Candidate]:
        """The breaks that the best partition of the weeks shows."""
        cuts = find_cuts(np.column_stack([self.volume, self.control]))
        if not cuts:
            return []
        bounds = [0, *(cut.at for cut in cuts), len(self.volume)]
        found, silent_until = [], 0
        for position, cut in enumerate(cuts):
            if cut.at < silent_until:
                continue
            before, after = self._rate(cut.start, cut.at), self._rate(cut.at, cut.end)
            raw = self._raw(cut)
            if after <= SILENCE * before and raw <= GAP and self._expected(before, cut.at, cut.end) >= FEWEST_EXPECTED:
                again = next(
                    (each for each in cuts[position + 1 :] if self._rate(each.at, each.end) > SILENCE * before), None
                )
                ends = again.at if again else len(self.volume)
                kind = self._kind_of_silence(cut.at, ends)
                if kind and not (kind == "outage" and self._recurs(cut.at, ends)):
                    found.append(self._candidate(kind, cut, ends if kind == "outage" else None, before, after))
                    silent_until = ends + (1 if kind == "outage" else 0)
            elif (
                before <= SILENCE * after
                and raw >= 1 / GAP
                and (position == 0 or cut.at - cut.start > LONGEST_OUTAGE)
                and self._started(cut, after)
            ):
                found.append(self._candidate("tracking_started", cut, None, before, after))
            elif position + 1 < len(cuts) and self._is_dip(bounds[position : position + 4]):
                found.append(self._candidate("outage", cut, cut.end, before, after))
                silent_until = cut.end + 1
            elif self._is_regime(cut, before, after):
                found.append(self._candidate("volume_regime_changed", self._dated(cut), None, before, after))
        return found

    def gaps(self) -> list[Candidate]:
        """Outages too short for the partition, which allows for slow drift: weeks of almost nothing."""
        # the volume alone: what it is held against has its own noise, and only has to go on
        phi = dispersion(np.column_stack([self.volume, np.full(len(self.volume), 50 * self.volume.max())]), (1, 2))
        needed = self._needed()
        found: list[Candidate] = []
        at = max(self.begins, 4)
        while at < len(self.volume) - 1:
            # a gap begins where a week holds far less than those before it
            falls = self.volume[at] <= GAP * self.volume[at - 4 : at].mean()
            lengths = range(min(LONGEST_OUTAGE, len(self.volume) - 1 - at), 0, -1) if falls else range(0)
            length = next((each for each in lengths if self._gap(at, at + each, phi) >= needed), 0)
            if (
                length
                and not self._recurs(at, at + length)
                and self._gap(at, at + length, phi) >= TIMES_OTHER_DIPS * self._other_dips(at, at + length, phi, needed)
            ):
                cut = Cut(max(0, at - 8), at, at, at + length, self._gap(at, at + length, phi), needed)
                found.append(
                    self._candidate(
                        "outage", cut, at + length, self._around(at, at + length), self._rate(at, at + length)
                    )
                )
            at += max(length, 1)
        return found

    def _needed(self) -> float:
        """What a gap must gain: the exact quantile, one level being known; more where business or few people pause."""
        if LEAST_FACTOR[self.key[0], self.key[1]] is None or np.median(self.volume[self.begins :]) < FEWEST_EXPECTED:
            return threshold(len(self.volume), 1)
        return NormalDist().inv_cdf(1 - FALSE_CUTS / len(self.volume)) ** 2

    def _around(self, at: int, end: int) -> float:
        weeks = [*range(max(self.begins, at - 8), at), *range(end, min(len(self.volume), end + 8))]
        return float((self.volume[weeks].sum() + 0.1) / (self.control[weeks].sum() + 1.0))

    def _gap(self, at: int, end: int, phi: float) -> float:
        """How much better silence fits these weeks than the volume of those around; 0 where they are not silent."""
        inside = self.volume[at:end]
        usual, expected = self._usual(at, end)
        # every week of a gap must be one, and the weeks beside it must not
        if expected <= 0 or inside.max() > GAP * min(usual, expected / len(inside)):
            return 0.0
        return _shortfall(float(inside.sum()), expected) / phi

    def _usual(self, at: int, end: int) -> tuple[float, float]:
        """Records of a week beside these weeks, and what these weeks should have brought."""
        usual = min(float(self.volume[at - 4 : at].mean()), float(self.volume[end : end + 4].mean()))
        return usual, usual * (end - at) * self._going_on(at, end)

    def _other_dips(self, at: int, end: int, phi: float, needed: float) -> float:
        """The deepest that any other week falls, but for few that are gaps: what comes in lumps falls often."""
        weeks = [week for week in range(max(self.begins, 4), len(self.volume) - 1) if not at - 1 <= week <= end]
        dips = sorted(_shortfall(self.volume[week], self._usual(week, week + 1)[1]) / phi for week in weeks)
        gaps = sum(dip >= needed for dip in dips)
        return max(dips[: len(dips) - min(gaps, OTHER_GAPS)], default=0.0)

    def _going_on(self, at: int, end: int) -> float:
        """How much of the usual business there was in these weeks: of what tells of it, the least."""
        if self.control.min() == self.control.max():
            return 1.0
        rest = None if self.rest is None else self._share(self.rest, at, end, 0.0)
        # where the other types tell who was at work, the few deals of a week are given their noise
        shares = [self._share(part, at, end, 0.0 if rest is None else 2.0) for part in [*self.parts, self.control]]
        # too few to tell: no business, for all that is known
        if rest is None and shares[0] is None:
            return 0.0
        return min([1.0, *(share for share in [rest, *shares] if share is not None)])

    def _share(self, part: Any, at: int, end: int, errors: float) -> float | None:
        """What these weeks brought as a share of those around them, and some errors more; None: too few to tell."""
        usual = float(min(part[max(0, at - 8) : at].mean(), part[end : end + 8].mean())) * (end - at)
        seen = float(part[at:end].sum())
        return (seen + errors * seen**0.5) / usual if usual >= FEWEST_EXPECTED / 2 else None

    def _recurs(self, at: int, end: int) -> bool:
        """Whether the same weeks of another year are quiet too, by more than chance: the company rests."""
        for weeks in (-53, -52, -51, 51, 52, 53):
            first, last = at + weeks, end + weeks
            if first < 4 or last + 4 > len(self.volume):
                continue
            usual = min(float(self.volume[first - 4 : first].mean()), float(self.volume[last : last + 4].mean()))
            seen, expected = float(self.volume[first:last].sum()), usual * (last - first)
            if seen <= RESTING * expected and _shortfall(seen, expected) >= NOT_BY_CHANCE:
                return True
        return False

    def _rate(self, start: int, end: int) -> float:
        return float((self.volume[start:end].sum() + 0.1) / (self.control[start:end].sum() + 1.0))

    def _expected(self, rate: float, start: int, end: int) -> float:
        return float(rate * self.control[start:end].sum())

    def _kind_of_silence(self, at: int, ends: int) -> str | None:
        if ends >= len(self.volume):
            if self.key[1] in LATER_DAYS:
                return None
            return "tracking_stopped" if ends - at > LATEST_WEEKS_UNKNOWN else None
        if ends - at > LONGEST_OUTAGE:
            return "tracking_stopped"
        return "outage" if self._going_on(at, ends) >= 0.5 else None

    def _started(self, cut: Cut, after: float) -> bool:
        """Whether silence ends at full strength; business that only begins grows over weeks."""
        first = max(cut.start, self.begins)
        expected = self._expected(after, first, cut.at)
        if cut.at - first < 4 or expected < FEWEST_EXPECTED:
            return False
        if self.key[1] in LATER_DAYS and (
            self.key[2] != EVERYBODY or cut.at - first < 8 or self.volume[first : cut.at].sum() > 0.01 * expected
        ):
            return False
        opening = slice(cut.at, min(cut.at + 3, cut.end))
        later = slice(min(cut.at + 3, cut.end), min(cut.at + 11, cut.end))
        if self.control[later].sum() == 0 or self.control[opening].sum() == 0:
            return False
        opening_rate = self.volume[opening].sum() / self.control[opening].sum()
        later_rate = self.volume[later].sum() / self.control[later].sum()
        return bool(opening_rate >= 0.5 * later_rate)

    def _raw(self, cut: Cut) -> float:
        """The factor by which the volume itself changes, whatever it is held against."""
        earlier, later = windows(cut, WINDOW)
        return float((self.volume[later].mean() + 0.1) / (self.volume[earlier].mean() + 0.1))

    def _is_dip(self, bounds: list[int]) -> bool:
        """A short fall to less than half, and back to where it was: most of the records did not arrive."""
        if len(bounds) < 4 or LEAST_FACTOR[self.key[0], self.key[1]] is None:
            return False
        before, inside, after = (self._rate(*span) for span in pairwise(bounds))
        raw = self.volume[bounds[1] : bounds[2]].mean()
        usual = min(
            self.volume[max(bounds[0], bounds[1] - 6) : bounds[1]].mean(), self.volume[bounds[2] : bounds[2] + 6].mean()
        )
        return bool(
            bounds[2] - bounds[1] <= 6
            and inside < 0.5 * min(before, after)
            and max(before, after) < 1.6 * min(before, after)
            and not self._recurs(bounds[1], bounds[2])
            and self._going_on(bounds[1], bounds[2]) >= 0.5
            and raw < 0.5 * usual
        )

    def _is_regime(self, cut: Cut, before: float, after: float) -> bool:
        factor = LEAST_FACTOR[self.key[0], self.key[1]]
        if factor is None or cut.at < self.begins + RAMP or cut.at - cut.start < 6 or cut.end - cut.at < 6:
            return False
        ratio = np.log(after / before)
        earlier, later = windows(cut, WINDOW)
        raw = np.log(self._raw(cut))
        near = np.log(self._rate(later.start, later.stop) / self._rate(earlier.start, earlier.stop))
        # the volume itself has moved, not only what it is held against
        moved = raw * ratio > 0 and abs(raw) >= 0.6 * np.log(factor) and near * ratio > 0
        return bool(
            moved and min(abs(ratio), abs(near)) >= np.log(factor) and is_abrupt(self.volume, self.control, cut, 0.6)
        )

    def _dated(self, cut: Cut) -> Cut:
        """The cut in the week that the ratio and the volume itself tell together: the ratio has two noises."""
        lowest, highest = max(cut.start, cut.at - WINDOW), min(cut.end, cut.at + WINDOW)
        tables = [
            np.column_stack([self.volume, beside])[lowest:highest]
            for beside in (self.control, np.full(len(self.volume), 50 * self.volume.max()))
        ]

        def fit(at: int) -> float:
            sides = (slice(0, at - lowest), slice(at - lowest, None))
            return float(sum(log_likelihood(table[side].sum(axis=0)) for table in tables for side in sides))

        at = max(range(max(lowest + 3, cut.at - NEAR), min(highest - 3, cut.at + NEAR) + 1), key=fit, default=cut.at)
        return replace(cut, at=at, settled=max(at, cut.settled))

    def _candidate(self, kind: str, cut: Cut, ends: int | None, before: float, after: float) -> Candidate:
        thing, field, population, record_type = self.key
        earlier, later = windows(cut, WINDOW)
        what = f"{record_type} " if record_type else ""
        evidence = (
            f"{what}records a week {self.volume[earlier].mean():.1f} before and {self.volume[later].mean():.1f} after, "
            f"beside {self.control[earlier].mean():.1f} and {self.control[later].mean():.1f} of the outcome side"
        )
        size = float(np.log(after / before))
        return Candidate(
            kind, thing, field, "row_count", population, record_type, cut.at, ends, size, cut.confidence, evidence
        )


def _shortfall(seen: float, expected: float) -> float:
    """Twice the log likelihood by which a count lies below what was expected."""
    if seen >= expected:
        return 0.0
    return float(2 * (seen * np.log(max(seen, 1e-9) / expected) - seen + expected))
