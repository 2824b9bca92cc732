"""What the benchmark on whole companies counts as found, as a false alarm and as an innocent change flagged."""

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from bench.whole_companies.measure import by_kind, evaluate, goals
from sample_company import Break, InnocentChange


def planted(kind: str, field: str, starts_on: str, population: str = "all") -> Break:
    return Break(kind, "generic", "activity", field, population, starts_on, None, False, "")


def outcome(listed: list[tuple[str, str, str, str]], breaks: list[Break], innocent: list[InnocentChange]) -> Any:
    columns = ["kind", "field", "population", "starts_on"]
    frame = pd.DataFrame(listed, columns=columns).assign(source="generic", object="activity", evidence="")
    # 26 weeks of two fields are one series-year
    weeks = pd.date_range("2025-01-06", periods=26, freq="W-MON")
    profile = pd.DataFrame(
        [
            {"source": "generic", "object": "activity", "field": field, "population": "all", "week_start": week}
            for field in ("rows", "direction")
            for week in weeks
        ]
    )
    truth = SimpleNamespace(breaks=breaks, innocent_changes=innocent)
    return evaluate(SimpleNamespace(shape="small", seed=1, truth=truth, listed=frame, profile=profile, seconds=1.0))


def test_a_break_is_found_in_its_field_and_people_within_weeks_and_anything_else_is_an_alarm() -> None:
    each = outcome(
        [
            # Wednesday 2 April is of the week of 31 March
            ("outage", "rows", "all", "2025-03-31"),
            ("bulk_edit", "direction", "team:A", "2025-05-12"),
            ("outage", "rows", "team:B", "2025-06-02"),
        ],
        [
            planted("outage", "rows", "2025-04-02"),
            planted("field_fill_changed", "direction", "2025-04-28"),
            planted("outage", "rows", "2025-06-03", "team:A"),
        ],
        [],
    )
    assert [(found.is_found, found.is_kind_right, found.is_population_right) for found in each.found] == [
        (True, True, True),
        (True, False, False),
        (False, False, False),
    ]
    assert [found.onset_weeks for found in each.found] == [0, 2, None]
    assert [alarm.split(":")[0] for alarm in each.alarms] == ["outage generic activity.rows team"]
    assert each.series_years == pytest.approx(1.0)
    table = by_kind([each])
    assert table.loc["outage", ["planted", "recall", "within_a_week"]].tolist() == [2, 0.5, 1.0]
    held = goals([each]).set_index("measure")
    assert held["value"].round(3).to_dict() == {
        "recall": 0.667,
        "onset within a week": 0.5,
        "right kind": 0.5,
        "false alarms per 100 series-years": 100.0,
        "innocent changes flagged": 0.0,
    }
    assert held["holds"].tolist() == [False, False, False, False, True]


def test_a_change_of_the_business_is_flagged_by_an_alarm_at_its_begin_or_its_end() -> None:
    quarter = InnocentChange("great_quarter", "all", "2025-04-01", "2025-06-30")
    elsewhere = InnocentChange("new_territory", "team:A", "2025-04-01", "2025-06-30")
    for day, is_flagged in (("2025-03-17", False), ("2025-03-24", True), ("2025-07-14", True), ("2025-08-04", False)):
        each = outcome([("outage", "rows", "team:B", day)], [], [quarter, elsewhere])
        assert each.innocent == {"great_quarter 2025-04-01": is_flagged, "new_territory 2025-04-01": False}, day


def test_a_break_that_was_not_planted_cannot_be_missed() -> None:
    assert goals([outcome([], [], [])])["holds"].all()
