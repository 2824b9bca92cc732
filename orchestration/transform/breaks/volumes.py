"""Breaks of how many records there are: tracking that starts and stops, outages, logging tools switched on.

Volume moves with business too. So each volume is held against what the same population's business brings in the same
weeks (the outcome side): a season or a great quarter moves both.
"""

from typing import Any

import numpy as np

from orchestration.transform.breaks.candidate import Candidate
from orchestration.transform.breaks.profile import EVERYBODY, Profile
from orchestration.transform.breaks.volume_gaps import find_gaps
from orchestration.transform.breaks.volume_regimes import find_regimes
from orchestration.transform.breaks.volume_series import FEWEST_EXPECTED, OUTCOME_SIDE, VolumeSeries

# volumes that are compared with less than all of the business: work and leads follow deals, not the rush of closes
HELD_AGAINST = {("activity", "rows"): 1, ("lead", "rows"): 1}


def find_volume_breaks(profile: Profile, others: list[Profile]) -> list[Candidate]:
    """Breaks in the volume of every object, population and type of record."""
    found = []
    populations = sorted({key[3] for key, _ in profile.measured("row_count")})
    for thing, field in OUTCOME_SIDE:
        types = sorted({key[4] for key, _ in profile.measured("row_count") if key[:2] == (thing, field)})
        company = _outcome_side(profile, others, thing, field, EVERYBODY)
        for population in populations:
            parts = _outcome_side(profile, others, thing, field, population)
            control = sum(parts[: HELD_AGAINST.get((thing, field))], np.zeros(len(profile.weeks)))
            # what knows no pipelines goes on for everybody
            witnesses = [own if own.sum() else whole for own, whole in zip(parts, company, strict=False)]
            everything = profile.rows(thing, field, population)
            for record_type in [None, *types] if len(types) > 1 else [None]:
                volume = profile.rows(thing, field, population, record_type)
                if volume.sum() < 2 * FEWEST_EXPECTED or control.sum() < 2 * FEWEST_EXPECTED:
                    continue
                rest = everything - volume if record_type else None
                expected = control if rest is None else control + rest
                series = VolumeSeries((thing, field, population, record_type or ""), volume, expected, witnesses, rest)
                found += [*find_regimes(series), *find_gaps(series)]
    return found


def _outcome_side(profile: Profile, others: list[Profile], thing: str, field: str, population: str) -> list[Any]:
    """The weekly volumes that show business: each from its own source, else from all sources, else a constant."""
    parts = []
    for part in OUTCOME_SIDE[thing, field]:
        is_own = profile.rows(*part, EVERYBODY).sum() >= len(profile.weeks)
        rows = profile.rows(*part, population) if is_own else _elsewhere(profile, others, part, population)
        parts.append(rows)
    if sum(part.sum() for part in parts) >= len(profile.weeks) or population != EVERYBODY:
        return parts
    # the start of a team is unknown: only for everybody is it known that records existed
    return [np.full(len(profile.weeks), profile.rows(thing, field, population).mean())]


def _elsewhere(profile: Profile, others: list[Profile], part: tuple[str, str], population: str) -> Any:
    """A volume of the other sources on this source's weeks."""
    found = np.zeros(len(profile.weeks))
    for other in others:
        at = (other.weeks - profile.weeks[0]).astype(int) // 7
        inside = (at >= 0) & (at < len(found))
        found[at[inside]] += other.rows(*part, population)[inside]
    return found
