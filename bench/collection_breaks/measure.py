"""Recall, onset error, right kind, false alarms and innocent changes flagged, over many generated companies."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bench.collection_breaks.company import FIRST_MONDAY, draw_shape, make_company
from bench.collection_breaks.plant import CHANGES, STRENGTHS, plant
from bench.collection_breaks.profile_rows import profile
from orchestration.transform.breaks import detect_breaks

INNOCENT = ("season", "growth", "peak", "new_territory", "great_quarter", "quarter_end", "campaign")
# a break counts as found within this many weeks of its first day
NEAR = 4


@dataclass(frozen=True)
class Outcome:
    """The result of one company."""

    case: str
    strength: str
    seed: int
    planted: str
    is_found: bool
    is_kind_right: bool
    is_population_right: bool
    onset_error: int | None
    flagged: int
    series_years: float
    noted: tuple[str, ...]


def run_case(case: str, strength: str, seed: int) -> Outcome:
    """Make one company from a seed, detect its breaks and compare them with what was planted."""
    names = ["clean", *INNOCENT, *CHANGES]
    rng = np.random.default_rng([seed, names.index(case), [*STRENGTHS, ""].index(strength)])
    company = make_company(rng, draw_shape(rng, **_innocent(rng, case)))
    planted = plant(rng, company, case, strength) if case in CHANGES else None
    rows = profile(company)
    found = detect_breaks(rows)
    series = rows.groupby(["source", "object", "field", "population"]).ngroups
    years = series * company.shape.weeks / 52
    noted = tuple(
        f"{each.kind} {each.object}.{each.field} {each.population} {each.starts_on}" for each in found.itertuples()
    )
    what = f"{planted.thing} {planted.population} {FIRST_MONDAY + 7 * planted.week}" if planted else ""
    if planted is None:
        return Outcome(case, strength, seed, what, False, False, False, None, len(found), years, noted)
    error = (
        (found["starts_on"].to_numpy().astype("datetime64[D]") - FIRST_MONDAY).astype(int) // 7 - planted.week
    ).astype(int)
    where = found["object"].to_numpy() == planted.thing
    in_field = found["field"].isin(planted.fields).to_numpy()
    somewhere = [each == planted.population or "all" in (each, planted.population) for each in found["population"]]
    same = where & in_field & (abs(error) <= NEAR) & np.array(somewhere, dtype=bool)
    if not same.any():
        return Outcome(case, strength, seed, what, False, False, False, None, len(found), years, noted)
    right = same & (found["kind"] == planted.kind).to_numpy()
    best = right if right.any() else same
    nearest = int(np.abs(error[best]).min())
    in_place = bool((found["population"].to_numpy()[best] == planted.population).any())
    return Outcome(
        case, strength, seed, what, True, bool(right.any()), in_place, nearest, int((~same).sum()), years, noted
    )


def _innocent(rng: np.random.Generator, case: str) -> dict[str, Any]:
    weeks = 130
    middle = int(rng.integers(40, 90))
    changes: dict[str, dict[str, Any]] = {
        "season": {"season": float(rng.uniform(0.4, 0.6)), "weeks": weeks},
        "growth": {"growth": float(rng.uniform(0.8, 2.0)), "weeks": weeks},
        "peak": {"peak": (middle, int(rng.integers(4, 8)), float(rng.uniform(1.6, 2.4))), "weeks": weeks},
        "new_territory": {"new_team_from": middle, "teams": int(rng.integers(3, 7)), "weeks": weeks},
        "great_quarter": {"great_quarter": (middle, float(rng.uniform(1.3, 1.7))), "weeks": weeks},
        "quarter_end": {"quarter_end": 1.4, "weeks": weeks},
        "campaign": {"campaign_from": middle, "weeks": weeks},
    }
    return changes.get(case, {})


def run_all(seeds: Iterable[int], workers: int = 2, cases: Iterable[str] = ()) -> list[Outcome]:
    """Every case, or those named, with every seed; clean companies three times as often."""
    seeds, wanted = list(seeds), set(cases)
    jobs = [(kind, strength, seed) for kind in CHANGES for strength in STRENGTHS for seed in seeds]
    jobs += [(case, "", seed) for case in INNOCENT for seed in seeds]
    jobs += [("clean", "", seed) for seed in range(min(seeds, default=0), min(seeds, default=0) + 3 * len(seeds))]
    jobs = [job for job in jobs if not wanted or job[0] in wanted]
    if workers == 1:
        return [run_case(*job) for job in jobs]
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(run_case, *zip(*jobs, strict=True), chunksize=8))


def tables(outcomes: list[Outcome]) -> dict[str, pd.DataFrame]:
    """Recall by kind and strength; the same over all kinds; false alarms by case."""
    frame = pd.DataFrame([vars(each) for each in outcomes])
    broken = frame[frame["case"].isin(CHANGES)]
    hits = broken[broken["is_found"]].astype({"is_kind_right": float, "is_population_right": float})
    recall = broken.pivot_table(index="case", columns="strength", values="is_found", aggfunc="mean").reindex(
        columns=STRENGTHS
    )
    recall["right_kind"] = hits.groupby("case")["is_kind_right"].mean()
    recall["right_population"] = hits.groupby("case")["is_population_right"].mean()
    recall["within_a_week"] = hits.groupby("case")["onset_error"].agg(lambda error: float((error <= 1).mean()))
    others = frame[~frame["case"].isin(CHANGES)]
    alarms = others.groupby("case").agg(
        companies=("flagged", "size"),
        flagged=("flagged", lambda each: float((each > 0).mean())),
        alarms=("flagged", "sum"),
        series_years=("series_years", "sum"),
    )  # fmt: skip
    alarms["alarms_per_100_series_years"] = 100 * alarms["alarms"] / alarms["series_years"]
    summary = {
        f"recall {strength}": float(broken.loc[broken["strength"] == strength, "is_found"].mean())
        for strength in STRENGTHS
    }
    summary |= {
        "onset within a week": float((hits["onset_error"] <= 1).mean()),
        "right kind": float(hits["is_kind_right"].mean()),
        "right population": float(hits["is_population_right"].mean()),
        "alarms per 100 clean series-years": float(alarms.loc["clean", "alarms_per_100_series_years"])
        if "clean" in alarms.index
        else 0.0,
        "innocent changes flagged": float((others.loc[others["case"].isin(INNOCENT), "flagged"] > 0).mean()),
        "other alarms per 100 series-years in companies with a break": float(
            100 * broken["flagged"].sum() / broken["series_years"].sum()
        ),
    }
    return {"recall": recall, "alarms": alarms, "summary": pd.DataFrame(summary.items(), columns=["measure", "value"])}
