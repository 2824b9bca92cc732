"""From what each series shows to breaks: one per cause, in the population that it concerns."""

from dataclasses import replace
from typing import Any

import numpy as np

from orchestration.transform.breaks.candidate import Candidate
from orchestration.transform.breaks.profile import EVERYBODY, Profile

# weeks by which the onsets of one break differ between series
SAME_TIME = 2
QUARTER = 13
SILENCES = ("tracking_started", "tracking_stopped", "outage", "volume_regime_changed")
# what a break of how many, or which, records there are changes in their fields as well
FOLLOWS_A_VOLUME = ("field_fill_changed", "late_or_backdated_entry", "time_zone_changed", "definition_changed")
FOLLOWS_A_MIGRATION = (*FOLLOWS_A_VOLUME, "unit_or_currency_changed", "volume_regime_changed", "bulk_edit", "migration")
FOLLOWS_AN_EDIT = ("definition_changed", "field_fill_changed", "unit_or_currency_changed", "bulk_edit")
# share of what moves in `all` that a single team must hold to be the whole of it
SHARE_OF_ONE = 0.8


def consolidate(profile: Profile, candidates: list[Candidate]) -> list[Candidate]:
    """One candidate per break: of the series that show the same break, the one that shows it best."""
    groups: list[list[Candidate]] = []
    for each in sorted(candidates, key=lambda one: (_family(one), one.at, one.population, one.kind, one.record_type)):
        last = groups[-1] if groups else []
        if last and _family(last[0]) == _family(each) and each.at - last[-1].at <= SAME_TIME:
            last.append(each)
        else:
            groups.append([each])
    found = [single for group in groups for single in _populations(profile, group)]
    return sorted(_causes(found), key=lambda one: (one.at, one.thing, one.field, one.kind, one.population))


def _family(each: Candidate) -> tuple[str, str, str, str]:
    """Candidates of one family and time are one break: what silences a team only reduces the records of all."""
    kind = "volume" if each.kind in SILENCES else each.kind
    passes = each.measure == "largest_edit_count" or each.kind == "migration"
    field = "" if each.kind in ("migration", "bulk_edit") else each.field
    return each.thing, kind, field, "" if passes else "up" if each.size > 0 else "down"


def _strength(each: Candidate) -> tuple[bool, float]:
    """How well a series shows a break: an edited field says more than that something was edited."""
    if each.kind == "bulk_edit":
        return each.field != "updated_at", each.size
    return each.record_type == "", each.confidence


def _populations(profile: Profile, group: list[Candidate]) -> list[Candidate]:
    """Everybody, or the teams or pipelines that it concerns: a team's break also shows in the sum of all teams."""
    best: dict[str, Candidate] = {}
    for each in _of_all_types_or_one(profile, group):
        held = best.get(each.population)
        if held is None or _strength(each) > _strength(held):
            best[each.population] = each
    whole = best.get(EVERYBODY)
    for part in ("team:", "pipeline:"):
        parts = [each for population, each in sorted(best.items()) if population.startswith(part)]
        strongest = max(parts, key=lambda each: (_strength(each), each.population), default=None)
        if strongest is None:
            continue
        if strongest.measure == "largest_edit_count":
            largest = max(
                (each.size for each in group if each.population == EVERYBODY and _same_table(each, strongest)),
                default=0,
            )
            if whole is None or strongest.size >= SHARE_OF_ONE * largest:
                return [strongest]
        elif not _moves_elsewhere(profile, strongest, [each.population for each in parts]):
            return parts
        whole = whole or replace(strongest, population=EVERYBODY)
    return [whole] if whole else []


def _same_table(one: Candidate, other: Candidate) -> bool:
    return (one.measure, one.field) == (other.measure, other.field)


def _of_all_types_or_one(profile: Profile, group: list[Candidate]) -> list[Candidate]:
    """Of volumes, those of all types together; or those of one type, if only that one changed and moved the sum."""
    types = {each.record_type for each in group if each.measure == "row_count"} - {""}
    typed = [each for each in group if each.record_type in types]
    if len(types) != 1 or len(typed) == len(group):
        return group
    like = max(typed, key=lambda each: (each.confidence, each.population))
    own = _before_and_after(profile, like, like.population)
    whole = _before_and_after(profile, replace(like, record_type=""), like.population)
    if own is None or whole is None or _change_along(own, _less(whole, own)) >= 0.5:
        return [each for each in group if each not in typed]
    return typed


def _moves_elsewhere(profile: Profile, like: Candidate, concerned: list[str]) -> bool:
    """Whether those in none of the teams changed at least half as much as a team that did, or hardly exist."""
    own = _before_and_after(profile, like, like.population)
    everybody = _before_and_after(profile, like, EVERYBODY)
    if own is None or everybody is None:
        return True
    rest = everybody
    for population in concerned:
        sides = _before_and_after(profile, like, population)
        if sides is not None:
            rest = _less(rest, sides)
    # what only one team records concerns everybody
    if min(rest[0].sum(), rest[1].sum()) + max(rest[0].sum(), rest[1].sum()) < 0.1 * (
        everybody[0].sum() + everybody[1].sum()
    ):
        return True
    return _change_along(own, rest) >= 0.5


def _less(one: tuple[Any, Any], other: tuple[Any, Any]) -> tuple[Any, Any]:
    return np.maximum(one[0] - other[0], 0.0), np.maximum(one[1] - other[1], 0.0)


def _change_along(own: tuple[Any, Any], rest: tuple[Any, Any]) -> float:
    """The change of `rest` as a multiple of that of `own`, in its direction."""
    if len(own[0]) == 1:
        factors = [float(np.log((after[0] + 0.5) / (before[0] + 0.5))) for before, after in (own, rest)]
        return factors[1] / factors[0] if factors[0] else 1.0
    way, theirs = (after / max(after.sum(), 1.0) - before / max(before.sum(), 1.0) for before, after in (own, rest))
    return float(way @ theirs) / max(float(way @ way), 1e-12)


def _before_and_after(profile: Profile, like: Candidate, population: str) -> tuple[Any, Any] | None:
    """Counts of a population in a candidate's table, of the quarter before it and of the weeks until it ends."""
    before = slice(max(0, like.at - 13), like.at)
    # the week of the change is of both ways
    first = like.at if like.ends == like.at + 1 else like.at + 1
    after = slice(first, min(like.ends or first + 13, first + 13))
    if like.measure == "row_count":
        volume = profile.rows(like.thing, like.field, population, like.record_type or None)
        weeks = len(volume[before]), len(volume[after])
        return np.array([volume[before].sum() / max(weeks[0], 1)]), np.array([volume[after].sum() / max(weeks[1], 1)])
    table = profile.tables.get((like.thing, like.field, like.measure, population, like.record_type))
    model = profile.tables[like.thing, like.field, like.measure, EVERYBODY, like.record_type]
    if table is None:
        return None
    if like.measure in ("filled_count", "copy_count"):
        counts = np.column_stack([table.counts[:, 0], table.totals - table.counts[:, 0]])
    else:
        counts = np.zeros((len(table.counts), len(model.categories)))
        counts[:, [model.categories.index(each) for each in table.categories]] = table.counts
    return counts[before].sum(axis=0), counts[after].sum(axis=0)


def _causes(found: list[Candidate]) -> list[Candidate]:
    """Without those that another one at the same time explains."""
    kept = []
    for each in found:
        explained = any(other is not each and _explains(other, each) for other in found)
        if not explained:
            kept.append(each)
    return kept


def _explains(cause: Candidate, effect: Candidate) -> bool:
    if cause.thing != effect.thing or not _overlap(cause.population, effect.population):
        return False
    if cause.kind == effect.kind == "late_or_backdated_entry":
        return cause.ends is not None and effect.size < 0 and abs(effect.at - cause.ends) <= SAME_TIME
    times = [cause.at] if cause.ends is None else [cause.at, cause.ends]
    near = any(abs(effect.at - time) <= SAME_TIME for time in times)
    if cause.kind == "migration":
        # of two that show the same import, the one of the logging instant is kept
        if effect.kind == "migration":
            return near and cause.field == "logged_at" and effect.field != "logged_at"
        # what was imported seems logged late, the later the older it is
        if effect.kind == "late_or_backdated_entry":
            return effect.at <= cause.at + SAME_TIME
        return near and effect.kind in FOLLOWS_A_MIGRATION
    if cause.kind == "bulk_edit":
        # what a script wrote into a field appears in the weeks of the records that it changed
        of_field = cause.field == effect.field and 0 <= cause.at - effect.at <= QUARTER
        return (near or of_field) and effect.kind in FOLLOWS_AN_EDIT and effect.kind != "bulk_edit"
    if cause.kind in SILENCES:
        # of another type, or weeks away, it is a change of its own
        at_once = any(abs(effect.at - time) <= 1 for time in times)
        # nor is what all types show better than it
        of_it = cause.record_type in ("", effect.record_type) or (
            effect.record_type == "" and effect.confidence <= cause.confidence
        )
        # what outlasts an outage is not of it
        outlasts = cause.ends is not None and (effect.ends is None or effect.ends > cause.ends + 1)
        return (
            at_once and of_it and not outlasts and effect.kind in FOLLOWS_A_VOLUME and effect.field != "activity_type"
        )
    if cause.kind == "definition_changed" and cause.field == "activity_type":
        return near and effect.kind in SILENCES and effect.record_type != ""
    # in another unit each usual value is another one
    if cause.kind == "unit_or_currency_changed":
        return near and effect.measure == "default_count" and effect.field == cause.field
    if cause.kind == "time_zone_changed":
        return near and effect.kind == "late_or_backdated_entry"
    return False


def _overlap(one: str, other: str) -> bool:
    return one == other or EVERYBODY in (one, other) or one.split(":")[0] != other.split(":")[0]
