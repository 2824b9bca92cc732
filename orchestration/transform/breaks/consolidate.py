"""From what each series shows to breaks: one a cause, in the population that it concerns."""

from orchestration.transform.breaks.candidate import Candidate
from orchestration.transform.breaks.profile import EVERYBODY, Profile

# weeks by which the onsets of one break differ between series
SAME_TIME = 2
SILENCES = ("tracking_started", "tracking_stopped", "outage", "volume_regime_changed")
# what a break of how many, or which, records there are changes in their fields as well
FOLLOWS_A_VOLUME = ("field_fill_changed", "late_or_backdated_entry", "time_zone_changed", "definition_changed")
FOLLOWS_A_MIGRATION = (*FOLLOWS_A_VOLUME, "unit_or_currency_changed", "volume_regime_changed", "bulk_edit", "migration")
FOLLOWS_AN_EDIT = ("definition_changed", "field_fill_changed", "unit_or_currency_changed", "bulk_edit")
# share of what moves in `all` that a single team must hold to be the whole of it
SHARE_OF_ONE = 0.8


def consolidate(profile: Profile, candidates: list[Candidate]) -> list[Candidate]:
    """One candidate a break: of series that tell of one thing the one that tells it best."""
    groups: list[list[Candidate]] = []
    for each in sorted(candidates, key=lambda one: (one.thing, one.kind, _family(one), one.at, one.population, one.record_type)):
        last = groups[-1] if groups else []
        if last and _alike(last[0], each) and each.at - last[-1].at <= SAME_TIME:
            last.append(each)
        else:
            groups.append([each])
    found = [single for group in groups for single in _populations(profile, group)]
    return sorted(_causes(found), key=lambda one: (one.at, one.thing, one.field, one.kind, one.population))


def _family(each: Candidate) -> str:
    return "" if each.kind in ("migration", "bulk_edit") else each.field


def _tells(each: Candidate) -> tuple[bool, float]:
    """How well a series tells of a break: an edited field tells more than that something was edited."""
    if each.kind == "bulk_edit":
        return each.field != "updated_at", each.size
    return each.record_type == "", each.confidence


def _alike(one: Candidate, other: Candidate) -> bool:
    if (one.thing, one.kind, _family(one)) != (other.thing, other.kind, _family(other)):
        return False
    return one.kind in ("migration", "bulk_edit", "outage") or one.size * other.size > 0


def _populations(profile: Profile, group: list[Candidate]) -> list[Candidate]:
    """Everybody, or the teams or pipelines that it concerns: a team's break also shows in the sum of all teams."""
    best = {}
    for each in group:
        held = best.get(each.population)
        if held is None or _tells(each) > _tells(held):
            best[each.population] = each
    whole = best.get(EVERYBODY)
    teams = [each for population, each in best.items() if population.startswith("team:")]
    pipelines = [each for population, each in best.items() if population.startswith("pipeline:")]
    if not teams:
        return [whole] if whole else pipelines
    active = _active_teams(profile, teams[0])
    concerned = {each.population for each in teams}
    share = sum(active.get(population, 0.0) for population in concerned) / max(sum(active.values()), 1.0)
    if whole is None:
        return _as_one(teams, pipelines) if share >= 0.7 and len(teams) > 1 else teams
    if len(active) <= 1:
        return [whole]
    strongest = max(teams, key=lambda each: (each.confidence, each.population))
    if whole.kind in ("bulk_edit", "migration") and whole.ends is not None:
        return [strongest] if strongest.size >= SHARE_OF_ONE * whole.size else [whole]
    # a share that moves in everybody as much as in the team moves elsewhere, too
    dilution = abs(whole.size) / max(max(abs(each.size) for each in teams), 1e-9)
    if len(teams) == 1 and len(active) > 2 and dilution <= max(1.6 * share, 0.5):
        return teams
    return [whole] if share >= 0.35 or len(teams) > 2 else teams


def _as_one(teams: list[Candidate], pipelines: list[Candidate]) -> list[Candidate]:
    return teams if not pipelines else pipelines


def _active_teams(profile: Profile, like: Candidate) -> dict[str, float]:
    """The records that each team brought in the months around a candidate."""
    around = slice(max(0, like.at - 13), like.at + 13)
    populations = {key[3] for key in profile.tables if key[0] == like.thing and key[3].startswith("team:")}
    rows = {population: float(profile.rows(like.thing, "rows", population)[around].sum()) for population in populations}
    return {population: count for population, count in rows.items() if count >= 26}


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
        # of two that tell of the same import the one of the logging instant is kept
        if effect.kind == "migration":
            return near and cause.field == "logged_at" and effect.field != "logged_at"
        # what was imported seems logged late, the later the older it is
        if effect.kind == "late_or_backdated_entry":
            return effect.at <= cause.at + SAME_TIME
        return near and effect.kind in FOLLOWS_A_MIGRATION
    if cause.kind == "bulk_edit":
        return near and effect.kind in FOLLOWS_AN_EDIT and effect.kind != "bulk_edit"
    if cause.kind in SILENCES:
        return near and effect.kind in FOLLOWS_A_VOLUME and effect.field != "activity_type"
    if cause.kind == "definition_changed" and cause.field == "activity_type":
        return near and effect.kind in SILENCES and effect.record_type != ""
    if cause.kind == "time_zone_changed":
        return near and effect.kind == "late_or_backdated_entry"
    return False


def _overlap(one: str, other: str) -> bool:
    return one == other or EVERYBODY in (one, other) or one.split(":")[0] != other.split(":")[0]
