"""Positions of the marks in the charts of the ops page: pure functions from rows to percentages of a strip's width.

Every chart is a list of strips, each a drawing of one row next to its label; templates/ops_report/macros.html.j2 draws
them. Percentages let the same drawing fit a phone, a screen and paper.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from orchestration.errors import ConfigurationError
from orchestration.registries import registry

Row = Mapping[str, Any]

YEARS_SHOWN = 3
RUN_SLOTS = 20
SHORTEST_SPAN = 1.5
TEAMS_SHOWN = 20
HEALTH_STEPS = (40, 60, 75, 90)
SHARE_STEPS = (0.0, 0.02, 0.05, 0.15)

KIND_GROUPS = {row["kind"]: row["kind_group"] for row in registry("break_kinds")}
GROUP_NAMES = {
    "recording": "recording started, stopped or failed",
    "meaning": "meaning of values changed",
    "amount": "more, less or later records",
    "burst": "many rows at once",
}


@dataclass(frozen=True)
class TimeAxis:
    """A span of days across a strip; `ticks` are (percent, label) of its years and quarters."""

    first: date
    last: date
    ticks: tuple[tuple[float, str], ...]

    def at(self, day: date) -> float:
        """The position of `day`, in percent of the width; days outside are at the edge."""
        share = (day - self.first).days / max((self.last - self.first).days, 1)
        return round(100 * min(max(share, 0.0), 1.0), 2)


def time_axis(days: Sequence[date], last: date | None = None) -> TimeAxis | None:
    """The axis from the quarter of the earliest of `days` to the end of the latest's month, at most three years."""
    if not days and last is None:
        return None
    newest = max([*days, *([last] if last else [])])
    end = _month(newest, 1)
    start = max(_quarter(min([*days, newest])), _month(newest, 1 - 12 * YEARS_SHOWN))
    quarters = [_month(_quarter(start), 3 * step) for step in range(4 * YEARS_SHOWN + 2)]
    axis = TimeAxis(start, end, ())
    inside = [day for day in quarters if start <= day < end]
    every = 1 if len(inside) <= 5 else 2
    labelled = [day for day in inside if (day.month // 3) % every == 0]
    return TimeAxis(start, end, tuple((axis.at(day), f"{day.year} Q{day.month // 3 + 1}") for day in labelled))


def group_of_kind(kind: str) -> str:
    """The group of a break's kind, which is its colour."""
    if kind not in KIND_GROUPS:
        raise ConfigurationError(f"'{kind}' is not a kind of break; add it to dbt_project/seeds/break_kinds.csv.")
    return KIND_GROUPS[kind]


def break_mark(row: Row, axis: TimeAxis) -> dict[str, Any]:
    """The position and length of a break.

    `span` is the width between its first and last day; None if it has no end, because the new regime goes on.
    """
    left = axis.at(row["starts_on"])
    span = None if row["ends_on"] is None else round(axis.at(row["ends_on"]) - left, 2)
    return {
        "left": left,
        # a shorter one would hardly be visible next to its mark
        "span": span if span is None or span >= SHORTEST_SPAN else 0.0,
        "group": group_of_kind(row["kind"]),
        "is_declared": row["origin"] == "declared",
        "is_dismissed": row["review"] == "dismissed",
        "is_earlier": row["starts_on"] < axis.first,
    }


def trend_bars(runs: Sequence[Row], room: str) -> list[dict[str, Any]]:
    """For each run, oldest first: how high the bars of its passed and other checks are, in percent of their half.

    Passed checks are many and the others few: each half has its own scale. `is_reached` is false if a run
    stopped before it came to the room.
    """
    counts = [run["rooms"].get(room) for run in runs]
    most_passed = max((it["passed"] for it in counts if it), default=0)
    most_others = max((it["warned"] + it["failed"] for it in counts if it), default=0)
    first_slot = max(RUN_SLOTS - len(runs), 0)
    return [
        {
            "left": round(100 / RUN_SLOTS * (first_slot + place), 2),
            "width": round(100 / RUN_SLOTS * 0.72, 2),
            "is_reached": it is not None,
            "passed": _percent(it["passed"], most_passed) if it else 0.0,
            "warned": _percent(it["warned"], most_others) if it else 0.0,
            "failed": _percent(it["failed"], most_others) if it else 0.0,
            "counts": it or {"passed": 0, "warned": 0, "failed": 0},
            "run": runs[place],
        }
        for place, it in enumerate(counts)
    ]


def freshness_bar(row: Row) -> dict[str, Any]:
    """How far a source is behind, in percent of a strip whose middle is its own cadence.

    No width if nothing is due: nothing was ever delivered, or the source is retired.
    """
    behind, expected = row["days_behind"], row["expected_every_days"]
    if row["status"] not in ("fresh", "late") or not expected:
        return {"width": None, "is_cut": False}
    share = behind / expected / 2
    return {"width": round(100 * min(share, 1.0), 2), "is_cut": share > 1}


def heat_map(
    rows: Sequence[Row] | None,
    value: str,
    steps: Sequence[float],
    names: Mapping[str, str],
    *,
    is_good_high: bool,
    shows_largest: bool = False,
) -> dict[str, Any] | None:
    """A heat map by source and team, over the periods that any of them has; None if nothing is known.

    Each row shows the value of its newest period, or with `shows_largest` its largest one. Of very many rows, those
    over all teams or sources are drawn, and the others with the worst values.
    """
    if rows is None:
        return None
    columns = sorted({row["period_start"] for row in rows})
    by_team: dict[tuple[str, str], dict[date, Row]] = {}
    for row in rows:
        by_team.setdefault((row["source"], row["team_id"]), {})[row["period_start"]] = row
    drawn: list[dict[str, Any]] = []
    for (source, team_id), of_team in by_team.items():
        known = [row for row in of_team.values() if row[value] is not None]
        largest = max(known, key=lambda row: (row[value], row["period_start"]), default=None)
        shown = (largest if shows_largest else of_team.get(columns[-1])) or {value: None, "note": None}
        drawn.append(
            {
                "label": segment_label(source, team_id, names),
                "is_over_all": "all" in (source, team_id),
                "shown": shown[value],
                "note": shown["note"],
                "shown_of": shown.get("period_start"),
                "cells": heat_cells({day: row[value] for day, row in of_team.items()}, columns, steps, is_good_high),
            }
        )
    worst = sorted(
        drawn, key=lambda row: (not row["is_over_all"], -(_badness(row["shown"], steps, is_good_high) or 0))
    )[:TEAMS_SHOWN]
    return {
        "columns": columns,
        "rows": [row for row in drawn if row in worst],
        "hidden": len(drawn) - len(worst),
    }


def segment_label(source: str, team_id: str, names: Mapping[str, str]) -> str:
    """The source and team of a row in words, with the team's name if it is known."""
    if team_id == "all":
        return "everything" if source == "all" else f"{source}, all teams"
    team = names.get(team_id, team_id)
    return f"team {team}" if source == "all" else f"{source}, {team}"


def heat_cells(
    values: Mapping[date, Any], columns: Sequence[date], steps: Sequence[float], is_good_high: bool
) -> list[dict[str, Any]]:
    """For each column its cell: its position and how bad its value is, 0 to 4, None if there is no value."""
    width = 100 / max(len(columns), 1)
    return [
        {
            "left": round(width * place, 2),
            "width": round(width * 0.9, 2),
            "column": column,
            "value": values.get(column),
            "badness": _badness(values.get(column), steps, is_good_high),
        }
        for place, column in enumerate(columns)
    ]


def bar_width(value: Any, largest: Any) -> float:
    """A bar's width in percent of the largest, at least wide enough to be seen if the value is not 0."""
    return _percent(abs(value), abs(largest))


def _badness(value: Any, steps: Sequence[float], is_good_high: bool) -> int | None:
    if value is None:
        return None
    step = sum(float(value) > border for border in steps)
    return len(steps) - step if is_good_high else step


def _percent(value: Any, most: Any) -> float:
    return 0.0 if not value or not most else round(max(100 * float(value) / float(most), 1.5), 2)


def _month(day: date, step: int) -> date:
    months = day.year * 12 + day.month - 1 + step
    return date(months // 12, months % 12 + 1, 1)


def _quarter(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
