"""One volume compared with its outcome side, week by week."""

from typing import Any

import numpy as np

from orchestration.transform.breaks.candidate import Candidate, windows
from orchestration.transform.breaks.segments import Cut

# what shows, next to each volume, how much business there was: (object, field) of the counts that are added up
OUTCOME_SIDE = {
    ("activity", "rows"): (("opportunity", "rows"), ("opportunity", "close_date")),
    ("stage_event", "rows"): (("opportunity", "rows"), ("opportunity", "close_date")),
    ("lead", "rows"): (("opportunity", "rows"), ("opportunity", "close_date")),
    ("lead", "qualified_at"): (("lead", "rows"),),
    ("opportunity", "rows"): (("lead", "rows"), ("activity", "rows"), ("stage_event", "rows")),
    ("opportunity", "close_date"): (("opportunity", "rows"),),
    ("opportunity_line", "rows"): (("opportunity", "close_date"),),
}
# what the evidence calls each volume and what it is compared with; for activities and leads that is new deals alone
NAMES = {
    ("activity", "rows"): ("activities", "deals created"),
    ("stage_event", "rows"): ("stage changes", "deals created and closed"),
    ("lead", "rows"): ("leads created", "deals created"),
    ("lead", "qualified_at"): ("leads qualified", "leads created"),
    ("opportunity", "rows"): ("deals created", "leads, activities and stage changes"),
    ("opportunity", "close_date"): ("deals closed", "deals created"),
    ("opportunity_line", "rows"): ("deal lines", "deals closed"),
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
FEWEST_EXPECTED = 10.0
LONGEST_OUTAGE = 13
WINDOW = 13
# a week is part of a gap that brings less than this share of the usual
GAP = 0.35
# weeks of another year are quiet too below this share of the usual, by this much more likely than not
RESTING = 0.5
NOT_BY_CHANCE = 4.0


class VolumeSeries:
    """One volume with its outcome side; for a type of record also with the `rest`, the other types."""

    def __init__(
        self, key: tuple[str, str, str, str], volume: Any, control: Any, witnesses: list[Any], rest: Any
    ) -> None:
        self.key, self.volume, self.control, self.rest = key, volume, control, rest
        self.witnesses = [part for part in witnesses if part.sum() > 0]
        self.least_factor = LEAST_FACTOR[key[0], key[1]]
        # next to a constant, only the volume itself carries information
        self.constant = np.full(len(volume), 50 * volume.max())
        active = np.flatnonzero(control >= 0.2 * np.median(control[control > 0]))
        self.begins = int(active[0]) if len(active) else len(volume)

    def rate(self, start: int, end: int) -> float:
        """Records for each of the outcome side."""
        return float((self.volume[start:end].sum() + 0.1) / (self.control[start:end].sum() + 1.0))

    def going_on(self, at: int, end: int) -> float:
        """How much of the usual business there was in these weeks: the least of what shows it."""
        if self.control.min() == self.control.max():
            return 1.0
        rest = None if self.rest is None else self._share(self.rest, at, end, 0.0)
        # if the other types show who was at work, the few deals of a week are allowed their noise
        shares = [self._share(part, at, end, 0.0 if rest is None else 2.0) for part in [*self.witnesses, self.control]]
        # too few to know: treated as no business
        if rest is None and shares[0] is None:
            return 0.0
        return min([1.0, *(share for share in [rest, *shares] if share is not None)])

    def _share(self, part: Any, at: int, end: int, errors: float) -> float | None:
        """The records of these weeks as a share of those around them, plus some errors; None: too few to know."""
        usual = float(min(part[max(0, at - 8) : at].mean(), part[end : end + 8].mean())) * (end - at)
        seen = float(part[at:end].sum())
        return (seen + errors * seen**0.5) / usual if usual >= FEWEST_EXPECTED / 2 else None

    def recurs(self, at: int, end: int) -> bool:
        """Whether the same weeks of another year are quiet too, by more than chance: the company rests."""
        for weeks in (-53, -52, -51, 51, 52, 53):
            first, last = at + weeks, end + weeks
            if first < 4 or last + 4 > len(self.volume):
                continue
            usual = min(float(self.volume[first - 4 : first].mean()), float(self.volume[last : last + 4].mean()))
            seen, expected = float(self.volume[first:last].sum()), usual * (last - first)
            if seen <= RESTING * expected and shortfall(seen, expected) >= NOT_BY_CHANCE:
                return True
        return False

    def candidate(self, kind: str, cut: Cut, ends: int | None, before: float, after: float) -> Candidate:
        """A break of this volume, with its records per week as evidence."""
        thing, field, population, record_type = self.key
        earlier, later = windows(cut, WINDOW)
        own, business = NAMES[thing, field]
        counts = {f"{record_type} {own}".lstrip(): self.volume}
        expected = self.control if self.rest is None else self.control - self.rest
        # without another volume that shows the business, it is taken as constant: nothing to report
        if np.ptp(expected) > 1e-6:
            counts[business] = expected
        if self.rest is not None:
            counts[f"other {own}"] = self.rest
        evidence = "; ".join(
            f"{name} per week: {volume[earlier].mean():.1f} before, {volume[later].mean():.1f} after"
            for name, volume in counts.items()
        )
        size = float(np.log(after / before))
        return Candidate(
            kind, thing, field, "row_count", population, record_type, cut.at, ends, size, cut.confidence, evidence
        )


def shortfall(seen: float, expected: float) -> float:
    """Twice the log likelihood by which a count lies below what was expected."""
    if seen >= expected:
        return 0.0
    return float(2 * (seen * np.log(max(seen, 1e-9) / expected) - seen + expected))
