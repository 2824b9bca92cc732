"""Breaks of what is in the fields: fill, defaults, lists of values, hours, magnitudes, lags, copies, keys."""

from dataclasses import replace
from typing import Any

import numpy as np

from orchestration.transform.breaks.candidate import Candidate, is_abrupt, windows
from orchestration.transform.breaks.profile import Profile, Table
from orchestration.transform.breaks.segments import FALSE_CUTS, Cut, find_cuts
from orchestration.transform.breaks.shapes import STRAY, best_rotation, best_shift, mirrored

WINDOW = 13
LEAST_ROWS = 8
# by how much a share must change before its size is worth a line in a chart
LEAST_FILL_CHANGE = 0.06
LEAST_LATE_CHANGE = 0.08
LEAST_COPY_SHARE = 0.04
LEAST_NEW_VALUE = 0.03
LEAST_DEFAULT_CHANGE = 0.4
# by how much a single value of an amount must come up to be a default; an account may well be a large customer
LEAST_DEFAULT_SHARE = 0.1
LEAST_ACCOUNT_SHARE = 0.25
OTHERS = "(others)"
# a usual value is replaced that falls to less than this share of what it was
REPLACED = 1 / 3
# tenths of a power of ten: a factor of two
LEAST_MAGNITUDE_SHIFT = 3
BINS = 8
LATE = ("0 before", "5 two weeks", "6 month", "7 later")
# lags of the latest weeks are short, because what is logged late is not there yet
LATEST_WEEKS_UNKNOWN = 5


def find_distribution_breaks(profile: Profile) -> list[Candidate]:
    """Breaks in every table of the profile that is not a volume."""
    detectors = {
        "filled_count": _fill_breaks,
        "default_count": _default_breaks,
        "copy_count": _copy_breaks,
        "lag_count": _lag_breaks,
        "category_count": _category_breaks,
        "key_shape_count": _key_breaks,
        "hour_count": _hour_breaks,
        "magnitude_count": _magnitude_breaks,
    }
    found = []
    for key, table in profile.measured(*detectors):
        if table.counts.sum() > 0 or key[2] == "filled_count":
            found += detectors[key[2]](key, table)
    return found


def _fill_breaks(key: Any, table: Table) -> list[Candidate]:
    filled, totals = table.counts[:, 0], table.totals
    found = []
    cuts = find_cuts(np.column_stack([filled, totals - filled]))
    # the first records are of leads, before there is a deal to link them to
    begins = int(np.flatnonzero(totals)[0]) + (WINDOW if key[1] == "opportunity_id" else 0)
    for cut in cuts:
        before, after = _shares(filled, totals, cut)
        spell = cut.end - cut.at if cut.at >= begins else 0
        if abs(after - before) < LEAST_FILL_CHANGE or spell < 2 or not _enough(totals, cut):
            continue
        if not is_abrupt(filled if after > before else totals - filled, totals, cut):
            continue
        of_each = _sum(totals, cut, 0), _sum(totals, cut, 1)
        evidence = f"filled in {before:.0%} of {of_each[0]} records before, {after:.0%} of {of_each[1]} after"
        found.append(_candidate("field_fill_changed", key, cut, None, after - before, evidence))
    return _without_returns(found, cuts)


def _default_breaks(key: Any, table: Table) -> list[Candidate]:
    """A value that suddenly appears in many records, or no longer does: a field filled by a default is not filled."""
    totals = table.counts.sum(axis=1)
    least = LEAST_ACCOUNT_SHARE if key[1] == "account_id" else LEAST_DEFAULT_SHARE
    others = [number for number, category in enumerate(table.categories) if category == OTHERS]
    found = []
    for number, category in enumerate(table.categories):
        values = table.counts[:, number]
        # the values of one field share what is allowed to it
        allowed = FALSE_CUTS / len(table.categories)
        cuts = find_cuts(np.column_stack([values, totals - values]), allowed) if category != OTHERS else []
        changes = []
        for cut in cuts:
            before, after = _shares(values, totals, cut)
            # what was common before is a usual value, which has its better and its worse days
            is_new = min(before, after) <= STRAY * max(before, after) or abs(after - before) >= LEAST_DEFAULT_CHANGE
            if abs(after - before) < least or not is_new or cut.end - cut.at < 2 or not _enough(totals, cut):
                continue
            if not is_abrupt(values if after > before else totals - values, totals, cut):
                continue
            if _is_list(np.delete(table.counts, [number, *others], axis=1), totals, cut, after - before):
                continue
            of_each = _sum(totals, cut, 0), _sum(totals, cut, 1)
            evidence = f"{category} in {before:.0%} of {of_each[0]} records before, {after:.0%} of {of_each[1]} after"
            changes.append(_candidate("field_fill_changed", key, cut, None, before - after, evidence))
        found += _without_returns(changes, cuts)
    return found


def _is_list(values: Any, totals: Any, cut: Cut, change: float) -> bool:
    """Whether other usual values end or begin with one: the prices of a list, which a default does not change."""
    earlier, later = windows(cut, WINDOW)
    sides = [values[side].sum(axis=0) / max(totals[side].sum(), 1.0) for side in (earlier, later)]
    moved = sum(
        float(full[(left <= REPLACED * full) & (full >= LEAST_NEW_VALUE)].sum()) for full, left in (sides, sides[::-1])
    )
    return moved >= abs(change) / 2


def _copy_breaks(key: Any, table: Table) -> list[Candidate]:
    copies, totals = table.counts[:, 0], table.totals
    found = []
    for cut in find_cuts(np.column_stack([copies, totals - copies])):
        before, after = _shares(copies, totals, cut)
        if after - before < LEAST_COPY_SHARE or after < 3 * before:
            continue
        evidence = f"copies: {before:.1%} of the rows before, {after:.0%} of {_sum(totals, cut, 1)} after"
        ends = cut.end if cut.end < len(totals) else None
        found.append(_candidate("duplicate_burst", key, cut, ends, after - before, evidence))
    return found


def _lag_breaks(key: Any, table: Table) -> list[Candidate]:
    is_late = np.isin(table.categories, LATE)
    late, totals = table.counts[:, is_late].sum(axis=1), table.counts.sum(axis=1)
    cuts = find_cuts(np.column_stack([late, totals - late]))
    known_to = len(totals) - LATEST_WEEKS_UNKNOWN - 4
    found = []
    for cut in cuts:
        before, after = _shares(late, totals, cut)
        falls_lately = after < before and cut.at >= known_to
        if abs(after - before) < LEAST_LATE_CHANGE or falls_lately or not _enough(totals, cut):
            continue
        if cut.end - cut.at < 2:
            continue
        before_of, after_of = _sum(totals, cut, 0), _sum(totals, cut, 1)
        evidence = f"a week or more late: {before:.0%} of {before_of} records before, {after:.0%} of {after_of} after"
        ends = cut.end if after > before and cut.end < known_to else None
        found.append(_candidate("late_or_backdated_entry", key, cut, ends, after - before, evidence))
    return _without_returns(found, cuts)


def _category_breaks(key: Any, table: Table) -> list[Candidate]:
    totals = table.counts.sum(axis=1)
    found, turns = [], []
    for number, category in enumerate(table.categories):
        values = table.counts[:, number]
        for cut in find_cuts(np.column_stack([values, totals - values])):
            before, after = _shares(values, totals, cut)
            if max(before, after) >= LEAST_NEW_VALUE and min(before, after) <= STRAY * max(before, after):
                turns.append(cut)
            elif _is_new_default(key, values, totals, cut):
                evidence = f"{category} in {before:.0%} of the records before, {after:.0%} after"
                found.append(_candidate("definition_changed", key, cut, None, after - before, evidence))
    for together in _at_the_same_time(turns):
        found += _list_changes(key, table, together)
    return found


def _is_new_default(key: Any, values: Any, totals: Any, cut: Cut) -> bool:
    """Whether one value suddenly takes far more than before; stages are outcomes and do so in a good quarter."""
    before, after = _shares(values, totals, cut)
    # a campaign is over within a quarter
    lasts = min(cut.end - cut.at, cut.at - cut.start) >= WINDOW
    return (
        key[1] != "to_stage"
        and lasts
        and after - before >= LEAST_DEFAULT_CHANGE
        and is_abrupt(values, totals, cut, 0.7)
    )


def _at_the_same_time(cuts: list[Cut]) -> list[list[Cut]]:
    groups: list[list[Cut]] = []
    for cut in sorted(cuts, key=lambda one: one.at):
        if groups and cut.at - groups[-1][-1].at <= 2:
            groups[-1].append(cut)
        else:
            groups.append([cut])
    return groups


def _list_changes(key: Any, table: Table, together: list[Cut]) -> list[Candidate]:
    """The values that end and begin around one week, if they are a change of the list and not of the business."""
    first, settled = min(cut.at for cut in together), max(cut.settled for cut in together)
    strongest = max(together, key=lambda one: one.gain)
    begins = int(np.flatnonzero(table.counts.sum(axis=1))[0])
    # the later stages come later: what begins in a team's first weeks was only not reached before
    is_stage = key[1] == "to_stage" and first >= begins + WINDOW
    # it takes two quarters of records to know where a new value comes from
    longest = WINDOW if is_stage else 2 * WINDOW
    before = table.counts[max(0, first - longest) : first].sum(axis=0)
    after = table.counts[settled : settled + longest].sum(axis=0)
    if min(before.sum(), after.sum()) < 2 * LEAST_ROWS:
        return []
    change = mirrored(before, after, LEAST_NEW_VALUE, needs_mirror=not is_stage)
    if change is None:
        return []
    gone, come, size = change
    rest = [each for each in range(len(before)) if each not in gone + come and before[each] + after[each] > 0]
    if len(rest) == 1 and not (gone and come):
        weeks = first - max(0, first - longest), len(table.counts[settled : settled + longest])
        moved = float(np.log((after[rest[0]] + 0.5) / weeks[1]) - np.log((before[rest[0]] + 0.5) / weeks[0]))
        # what one value takes from the only other is missing there; what comes on top is not
        if (moved if come else -moved) > np.log(1 - size) / 2:
            return []
    if key[1] == "to_stage" and not is_stage and not (gone and come):
        return []
    changes = [f"{table.categories[each]} stops" for each in gone] + [
        f"{table.categories[each]} starts" for each in come
    ]
    evidence = f"{', '.join(changes)} ({size:.0%} of {int(after.sum())} records)"
    kind = "unit_or_currency_changed" if key[1] == "currency" else "definition_changed"
    cut = Cut(strongest.start, first, settled, strongest.end, strongest.gain, strongest.threshold)
    return [_candidate(kind, key, cut, None, size, evidence)]


def _key_breaks(key: Any, table: Table) -> list[Candidate]:
    found = []
    for cut in find_cuts(table.counts):
        earlier, later = windows(cut, WINDOW)
        before, after = table.counts[earlier].sum(axis=0), table.counts[later].sum(axis=0)
        if min(before.sum(), after.sum()) < 2 * LEAST_ROWS:
            continue
        change = mirrored(before, after, 0.15, needs_mirror=True)
        if change and change[0] and change[1]:
            gone, come, size = change
            names = (
                ", ".join(table.categories[each] for each in gone),
                ", ".join(table.categories[each] for each in come),
            )
            evidence = f"keys like {names[0]} stop and keys like {names[1]} start ({size:.0%} of the records)"
            found.append(_candidate("migration", key, cut, None, size, evidence))
    return found


def _hour_breaks(key: Any, table: Table) -> list[Candidate]:
    hours = np.zeros((len(table.counts), 24))
    hours[:, [int(each) for each in table.categories]] = table.counts
    found = []
    for cut in find_cuts(_grouped(hours, circular=True)):
        earlier, later = windows(cut, 2 * WINDOW)
        before, after = hours[earlier].sum(axis=0), hours[later].sum(axis=0)
        if min(before.sum(), after.sum()) < 5 * LEAST_ROWS or cut.end - cut.at < 2:
            continue
        shift = best_rotation(before, after)
        if shift:
            evidence = f"the times of day are {abs(shift)} hours {'later' if shift > 0 else 'earlier'} than before"
            found.append(_candidate("time_zone_changed", key, cut, None, float(shift), evidence))
    return found


def _magnitude_breaks(key: Any, table: Table) -> list[Candidate]:
    codes = np.array([int(each) for each in table.categories])
    counts = np.zeros((len(table.counts), codes.max() - codes.min() + 1))
    counts[:, codes - codes.min()] = table.counts
    found = []
    for cut in find_cuts(_grouped(counts)):
        earlier, later = windows(cut, 2 * WINDOW)
        before, after = counts[earlier].sum(axis=0), counts[later].sum(axis=0)
        if min(before.sum(), after.sum()) < 2 * LEAST_ROWS or cut.end - cut.at < 2:
            continue
        shift, share = best_shift(before, after, LEAST_MAGNITUDE_SHIFT)
        if shift:
            factor = 10 ** (shift / 10)
            evidence = f"{share:.0%} of the values are {factor:,.3g} times as large as before"
            size = float(np.log(factor))
            found.append(_candidate("unit_or_currency_changed", key, cut, None, size, evidence))
    return found


def _grouped(counts: Any, circular: bool = False) -> Any:
    """Neighbouring bins put together to a few of about equal counts, so that few parameters are compared."""
    if circular:
        # the quietest hour is where the day is cut open
        counts = np.roll(counts, -int(np.argmin(counts.sum(axis=0))), axis=1)
    reached = np.cumsum(counts.sum(axis=0)) - counts.sum(axis=0) / 2
    groups = np.minimum((reached / max(counts.sum(), 1) * BINS).astype(int), BINS - 1)
    return np.column_stack([counts[:, groups == group].sum(axis=1) for group in np.unique(groups)])


def _shares(values: Any, totals: Any, cut: Cut) -> tuple[float, float]:
    earlier, later = windows(cut, WINDOW)
    return (
        float(values[earlier].sum() / max(totals[earlier].sum(), 1.0)),
        float(values[later].sum() / max(totals[later].sum(), 1.0)),
    )


def _sum(totals: Any, cut: Cut, side: int) -> str:
    return f"{int(totals[windows(cut, WINDOW)[side]].sum())}"


def _enough(totals: Any, cut: Cut) -> bool:
    earlier, later = windows(cut, WINDOW)
    return bool(min(totals[earlier].sum(), totals[later].sum()) >= LEAST_ROWS)


def _without_returns(found: list[Candidate], cuts: list[Cut]) -> list[Candidate]:
    """A change that only takes back the one before it is the end of that one."""
    kept: list[Candidate] = []
    for each in found:
        last = kept[-1] if kept else None
        follows = last and any(cut.at == each.at and cut.start - last.at <= 1 for cut in cuts)
        if last and follows and last.size * each.size < 0 and abs(last.size + each.size) < 0.35 * abs(last.size):
            kept[-1] = replace(last, ends=each.at)
        else:
            kept.append(each)
    return kept


def _candidate(kind: str, key: Any, cut: Cut, ends: int | None, size: float, evidence: str) -> Candidate:
    thing, field, measure, population, record_type = key
    what = f"{record_type}: " if record_type else ""
    return Candidate(
        kind, thing, field, measure, population, record_type, cut.at, ends, size, cut.confidence, what + evidence
    )
