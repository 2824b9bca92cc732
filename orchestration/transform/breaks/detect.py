"""From a collection profile to the breaks in it."""

import hashlib
from typing import Any

import pandas as pd

from orchestration.transform.breaks.bursts import find_bursts
from orchestration.transform.breaks.candidate import Candidate
from orchestration.transform.breaks.consolidate import consolidate
from orchestration.transform.breaks.distributions import find_distribution_breaks
from orchestration.transform.breaks.profile import Profile, read_profiles
from orchestration.transform.breaks.volumes import find_volume_breaks

KINDS = (
    "tracking_started",
    "tracking_stopped",
    "outage",
    "migration",
    "definition_changed",
    "field_fill_changed",
    "unit_or_currency_changed",
    "time_zone_changed",
    "volume_regime_changed",
    "late_or_backdated_entry",
    "duplicate_burst",
    "bulk_edit",
)
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
}


def detect_breaks(profiles: pd.DataFrame, until: Any = None) -> pd.DataFrame:
    """The breaks of all sources, one row each, oldest first.

    `profiles` is the table int_collection_profiles_measured; `until` the last day that the extracts cover. starts_on is
    the Monday of the week in which the new way begins, ends_on the Sunday of the last week of one that has passed. The
    order of the rows of `profiles` does not matter.
    """
    sources = read_profiles(profiles, until)
    rows = []
    for profile in sources:
        others = [other for other in sources if other is not profile]
        candidates = [*find_volume_breaks(profile, others), *find_distribution_breaks(profile), *find_bursts(profile)]
        rows += [_row(profile, each) for each in consolidate(profile, candidates)]
    found = pd.DataFrame(rows, columns=list(BREAK_TYPES))
    found = found.drop_duplicates("break_id").astype(object)
    found = found.where(found.notna(), None)
    return found.sort_values(["source", "starts_on", "break_id"], ignore_index=True)


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
