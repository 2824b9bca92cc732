"""From a collection profile to the breaks in it."""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from orchestration.registries import registry
from orchestration.transform.breaks.bursts import find_bursts
from orchestration.transform.breaks.candidate import Candidate
from orchestration.transform.breaks.consolidate import consolidate
from orchestration.transform.breaks.distributions import find_distribution_breaks
from orchestration.transform.breaks.profile import Profile, read_profiles
from orchestration.transform.breaks.volumes import find_volume_breaks

KINDS = tuple(row["kind"] for row in registry("break_kinds"))
# columns of the result with their types in the warehouse
BREAK_TYPES = {
    "break_id": "varchar",
    "kind": "varchar",
    "origin": "varchar",
    "source": "varchar",
    "object": "varchar",
    "field": "varchar",
    "population": "varchar",
    "record_type": "varchar",
    "starts_on": "date",
    "ends_on": "date",
    "size": "double",
    "confidence": "double",
    "evidence": "varchar",
    "review_references": "varchar",
}
# kinds before whose day nothing is recorded: they begin with the first record
RECORDING_BEGINS = {row["kind"] for row in registry("break_kinds") if row["effect"] == "unrecorded_before"}
# a break may be detected this many days off when more data is known, and is still the one that was reviewed
SAME_BREAK_DAYS = 28


def detect_breaks(
    profiles: pd.DataFrame, until: Any = None, known: pd.DataFrame | None = None, reviewed: Iterable[str] = ()
) -> pd.DataFrame:
    """The breaks of all sources, one row each.

    `profiles` is the table int_collection_profiles_counted; `until` the last day that the extracts know; `known` the
    table int_breaks_known: what is known already is not reported; `reviewed` are the ids in the register of reviews.
    starts_on is the Monday of the week in which the new way begins, or where recording begins the day of its first
    record; ends_on the Sunday of the last week of one that has passed. review_references are the ids under which a
    review refers to the break, comma-separated. The order of the rows of `profiles` does not matter.
    """
    sources = read_profiles(profiles, until)
    rows = []
    for profile in sources:
        others = [other for other in sources if other is not profile]
        candidates = [*find_volume_breaks(profile, others), *find_distribution_breaks(profile), *find_bursts(profile)]
        rows += [_row(profile, each) for each in consolidate(profile, candidates)]
    already = [] if known is None else known.astype(object).where(known.notna(), None).to_dict("records")
    rows = [row for row in rows if not any(_is_known(row, each) for each in already)]
    references = match_reviews([row["break_id"] for row in rows], reviewed)
    for row in rows:
        row["review_references"] = ",".join(sorted(references[row["break_id"]]))
        row["starts_on"] = _first_day(row, profiles)
    found = pd.DataFrame(rows, columns=list(BREAK_TYPES))
    found = found.drop_duplicates("break_id").astype(object)
    found = found.where(found.notna(), None)
    return found.sort_values(["source", "starts_on", "break_id"], ignore_index=True)


def match_reviews(break_ids: Iterable[str], reviewed: Iterable[str]) -> dict[str, set[str]]:
    """The ids under which each break may be reviewed: its own, and those that were detected a few weeks off.

    An id that no break has refers to the nearest break that differs only in its day, if that is near enough and not
    reviewed under its own id.
    """
    found: dict[str, set[str]] = {break_id: {break_id} for break_id in break_ids}
    references = sorted({*reviewed})
    open_ids = sorted(found.keys() - {*references})
    for reference in references:
        if reference in found:
            continue
        distances = [(_days_apart(reference, break_id), break_id) for break_id in open_ids]
        near = [(days, break_id) for days, break_id in distances if days is not None and days <= SAME_BREAK_DAYS]
        if near:
            found[min(near)[1]].add(reference)
    return found


def _days_apart(reference: str, break_id: str) -> int | None:
    """The days between two ids that differ only in their day; None for others."""
    (what, day), (other, other_day) = ((each[:-11], each[-10:]) for each in (reference, break_id))
    if not what or what != other:
        return None
    try:
        return abs((date.fromisoformat(day) - date.fromisoformat(other_day)).days)
    except ValueError:
        return None


def _first_day(row: dict[str, Any], profiles: pd.DataFrame) -> str:
    """The day of the first record of a break where recording begins, the Monday of its week for any other one."""
    monday = str(row["starts_on"])
    if row["kind"] not in RECORDING_BEGINS or "first_on" not in profiles:
        return monday
    volumes = profiles[profiles["measure"] == "row_count"]
    for column in ("source", "object", "field", "population", *(["record_type"] if row["record_type"] else [])):
        volumes = volumes[volumes[column] == row[column]]
    days = volumes.loc[volumes["week_start"].astype(str).str[:10] == monday, "first_on"]
    return str(days.min())[:10] if len(days) else monday


def _is_known(row: dict[str, Any], known: dict[str, Any]) -> bool:
    """Whether a detected break is one of those of `known`; without a field or population there it is one of any."""
    return (
        (row["source"], row["object"]) == (known["source"], known["object"])
        and known["field"] in (None, row["field"])
        and known["population"] in (None, row["population"])
        and str(known["known_from"])[:10] <= row["starts_on"] <= str(known["known_to"])[:10]
    )


def _row(profile: Profile, each: Candidate) -> dict[str, Any]:
    starts_on = profile.week(each.at)
    # a break keeps its id while what it is stays the same, whatever is learnt of its size, and all of it but the day at
    # its end where it is found a week off, so that a review of it still holds
    what = "|".join([each.kind, profile.source, each.thing, each.field, each.population])
    return {
        "break_id": f"B{hashlib.sha256(what.encode()).hexdigest()[:10]}-{starts_on}",
        "kind": each.kind,
        "origin": "detected",
        "source": profile.source,
        "object": each.thing,
        "field": each.field,
        "population": each.population,
        "record_type": each.record_type or None,
        "starts_on": str(starts_on),
        "ends_on": None if each.ends is None else str(profile.week(each.ends - 1) + 6),
        "size": round(each.size, 6),
        "confidence": each.confidence,
        "evidence": each.evidence,
    }
