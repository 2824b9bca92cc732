"""The detector of breaks on volumes: tracking that starts and stops, outages, other regimes, and changes of the
business."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.transform.break_profiles import (
    CHANGE,
    Rows,
    after,
    breaks,
    business,
    calls,
    cells,
    monday,
    volume,
)


@pytest.mark.parametrize(
    ("count", "kind"),
    [
        (after(0, 80), "tracking_started"),
        (after(80, 0), "tracking_stopped"),
        (lambda week: 0 if CHANGE <= week < CHANGE + 2 else 80, "outage"),
        (after(30, 90), "volume_regime_changed"),
    ],
)
def test_a_volume_that_leaves_the_business_behind_is_a_break(count: Callable[[int], float], kind: str) -> None:
    assert breaks(business(), calls(count)) == [(kind, "activity", "rows", "all", monday(CHANGE))]


def test_a_season_and_a_holiday_change_everything_and_are_not_breaks() -> None:
    def pace(week: int) -> float:
        return 0.05 if week % 52 == 51 else 1 + 0.6 * np.sin(week / 52 * 2 * np.pi)

    assert breaks(business(pace), calls(lambda week: 80 * pace(week))) == []


def test_a_company_that_is_silent_in_the_same_week_of_every_year_has_no_outage() -> None:
    once, yearly = (lambda week: 0 if week == 40 else 80), (lambda week: 0 if week % 52 == 40 else 80)
    assert breaks(business(), calls(once)) == [("outage", "activity", "rows", "all", monday(40))]
    assert breaks(business(), calls(yearly)) == []


def test_a_week_without_calls_is_an_outage_if_the_other_types_continue() -> None:
    rows = [*business(lambda week: 0.15 if week == CHANGE else 0.3), *calls(lambda week: 0 if week == CHANGE else 22)]
    emails = volume("activity", "rows", lambda week: 60, kind="email")
    assert breaks(rows, emails) == [("outage", "activity", "rows", "all", monday(CHANGE))]
    resting = volume("activity", "rows", lambda week: 6 if week == CHANGE else 60, kind="email")
    few = business(lambda week: 0.06 if week == CHANGE else 0.3)
    assert breaks(few, calls(lambda week: 0 if week == CHANGE else 22), resting) == []


def test_an_irregular_series_falls_often_and_has_no_outage() -> None:
    lumps = volume("activity", "rows", lambda week: 2 if week % 15 == 3 else 25, kind="meeting")
    emails = volume("activity", "rows", lambda week: 60, kind="email")
    assert breaks(business(), lumps, emails) == []


def test_a_new_team_begins_at_once_and_is_not_a_break() -> None:
    new = after(0, 1)
    rows = [
        business(),
        business(new, "team:new"),
        calls(lambda week: 80),
        calls(lambda week: 80 * new(week), "team:new"),
    ]
    assert breaks(*rows) == []


def test_closes_that_grow_with_the_age_of_the_pipeline_are_not_a_start_of_tracking() -> None:
    deals = volume("opportunity", "rows", lambda week: 60)
    ramp = volume("opportunity", "close_date", lambda week: 60 * min(1.0, max(0, week - 6) / 14))
    sudden = volume("opportunity", "close_date", after(0, 60, 20))
    assert breaks(deals, ramp) == []
    assert breaks(deals, sudden) == [("tracking_started", "opportunity", "close_date", "all", monday(20))]


def test_a_team_that_stops_logging_is_the_team_s_break() -> None:
    rows = []
    for team, count in {"a": after(60, 0), "b": lambda week: 60, "c": lambda week: 60}.items():
        rows += business(population=f"team:{team}") + calls(count, f"team:{team}")
    everybody = business(lambda week: 3) + calls(after(180, 120))
    assert breaks(everybody, rows) == [("tracking_stopped", "activity", "rows", "team:a", monday(CHANGE))]


def test_a_volume_that_drifts_away_from_the_business_has_no_new_regime() -> None:
    # deals double in two years while each takes ever fewer calls, and all is slow in summer
    def summer(week: int) -> float:
        return 0.6 if 29 <= week % 52 <= 32 else 1.0

    few = calls(lambda week: 30 * summer(week) * np.exp(-0.012 * week))
    assert breaks(business(lambda week: (1 + week / 100) * summer(week) / 3), few) == []


def test_a_rush_of_closes_hides_no_change_of_logging() -> None:
    deals = volume("opportunity", "rows", lambda week: 30)
    closes = volume("opportunity", "close_date", lambda week: 250 if week % 13 == 12 else 12)
    expected = [("volume_regime_changed", "activity", "rows", "all", monday(CHANGE))]
    assert breaks(deals, closes, calls(after(60, 100))) == expected
    assert breaks(deals, closes, calls(lambda week: 60)) == []


def test_a_pipeline_is_silent_when_the_company_is() -> None:
    def pace(week: int) -> float:
        return 0.15 if week in (51, 52) else 1.0

    # the closes of the year's end keep the stages busy, and leads and calls have no pipelines
    moves = [volume("stage_event", "rows", lambda week: 60, population) for population in ("all", "pipeline:one")]
    one = volume("opportunity", "rows", lambda week: 25 * pace(week), "pipeline:one")
    assert breaks(business(pace), calls(lambda week: 80 * pace(week)), one, *moves) == []


def test_a_change_of_one_type_shows_against_the_other_types() -> None:
    # few deals of weeks that differ; both types follow who is at work
    def at_work(week: int) -> float:
        return 1 + 0.3 * np.sin(week * 2.4)

    deals = volume("opportunity", "rows", lambda week: 6 + 5 * np.sin(week * 1.7))
    emails = volume("activity", "rows", lambda week: 60 * at_work(week), kind="email")
    logged = calls(lambda week: after(30, 50)(week) * at_work(week))
    assert breaks(deals, emails, logged) == [("volume_regime_changed", "activity", "rows", "all", monday(CHANGE))]


def test_a_type_in_addition_to_the_only_other_one_is_a_start_of_tracking() -> None:
    def types(late: Callable[[int], float], early: Callable[[int], float]) -> Rows:
        values = cells(
            "activity", "activity_type", "category_count", lambda week: {"call": early(week), "email": late(week)}
        )
        return [*values, *calls(early), *volume("activity", "rows", late, kind="email")]

    begun = types(after(0, 60), lambda week: 40)
    assert breaks(business(), begun) == [("tracking_started", "activity", "rows", "all", monday(CHANGE))]
    renamed = types(after(0, 30), after(60, 30))
    assert breaks(business(), renamed) == [("definition_changed", "activity", "activity_type", "all", monday(CHANGE))]
