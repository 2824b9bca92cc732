from datetime import date

import pytest

from orchestration.errors import ConfigurationError
from orchestration.publish import charts


def day(text):
    return date.fromisoformat(text)


def test_the_time_axis_runs_from_the_first_quarter_to_the_end_of_the_newest_month():
    axis = charts.time_axis([day("2025-05-19"), day("2025-11-03")], last=day("2026-02-10"))
    assert (axis.first, axis.last) == (day("2025-04-01"), day("2026-03-01"))
    assert [label for _, label in axis.ticks] == ["2025 Q2", "2025 Q3", "2025 Q4", "2026 Q1"]
    # 91 of 334 days lie before July
    assert axis.ticks[1][0] == pytest.approx(100 * 91 / 334, abs=0.01)
    assert axis.at(day("2025-04-01")) == 0 and axis.at(day("2030-01-01")) == 100


def test_at_most_three_years_are_drawn_and_what_began_earlier_is_at_the_edge():
    axis = charts.time_axis([day("2011-02-07"), day("2017-10-02")])
    assert (axis.first, axis.last) == (day("2014-11-01"), day("2017-11-01"))
    mark = charts.break_mark(a_break("2011-02-07"), axis)
    assert (mark["left"], mark["is_earlier"]) == (0, True)
    assert len(axis.ticks) <= 7


def test_a_last_day_of_december_ends_the_axis_at_the_new_year():
    assert charts.time_axis([day("2017-12-31")]).last == day("2018-01-01")


def test_without_a_break_or_an_extract_there_is_no_axis():
    assert charts.time_axis([]) is None


def a_break(starts_on, ends_on=None, kind="outage", origin="detected", review=None):
    return {
        "starts_on": day(starts_on),
        "ends_on": day(ends_on) if ends_on else None,
        "kind": kind,
        "origin": origin,
        "review": review,
    }


def test_a_break_spans_its_days_and_one_without_an_end_goes_on():
    axis = charts.TimeAxis(day("2025-01-01"), day("2025-04-11"), ())
    lasted = charts.break_mark(a_break("2025-01-11", "2025-02-10"), axis)
    assert (lasted["left"], lasted["span"], lasted["group"]) == (10, 30, "recording")
    assert charts.break_mark(a_break("2025-01-11", "2025-01-12"), axis)["span"] == 0
    goes_on = charts.break_mark(a_break("2025-01-11", origin="declared", review="dismissed"), axis)
    assert goes_on["span"] is None and goes_on["is_declared"] and goes_on["is_dismissed"]


def test_every_kind_of_break_has_the_colour_of_one_group():
    # the twelve kinds of the contract
    assert len(charts.KIND_GROUPS) == 12
    assert set(charts.KIND_GROUPS.values()) == set(charts.GROUP_NAMES)
    assert charts.group_of_kind("bulk_edit") == "burst"
    with pytest.raises(ConfigurationError, match=r"a_kind_of_next_year.*break_kinds\.csv"):
        charts.group_of_kind("a_kind_of_next_year")


def counts(passed, warned=0, failed=0):
    return {"passed": passed, "warned": warned, "failed": failed}


def test_runs_are_on_the_right_and_a_room_that_a_run_never_reached_has_no_bar():
    runs = [
        {"rooms": {"raw": counts(200), "marts": counts(80)}},
        {"rooms": {"raw": counts(100, warned=3, failed=1)}},
    ]
    raw = charts.trend_bars(runs, "raw")
    assert [bar["left"] for bar in raw] == [90, 95]
    assert [bar["passed"] for bar in raw] == [100, 50]
    # passed checks and others each have a scale: 3 and 1 of the 4 others
    assert (raw[1]["warned"], raw[1]["failed"]) == (75, 25)
    assert [bar["is_reached"] for bar in charts.trend_bars(runs, "marts")] == [True, False]


def test_one_failed_check_among_many_is_still_seen():
    runs = [{"rooms": {"raw": counts(1, warned=400)}}, {"rooms": {"raw": counts(1, warned=0, failed=1)}}]
    assert charts.trend_bars(runs, "raw")[1]["failed"] == 1.5


@pytest.mark.parametrize(
    ("status", "behind", "expected", "width", "is_cut"),
    [
        ("fresh", 0, 1, 0, False),
        ("fresh", 7, 7, 50, False),
        ("late", 10, 7, 71.43, False),
        ("late", 273, 1, 100, True),
        ("not_delivered", None, 31, None, False),
        ("ended", 0, 1, None, False),
        ("delivers_after_end", 0, 1, None, False),
    ],
)
def test_a_source_is_due_in_the_middle_of_its_strip(status, behind, expected, width, is_cut):
    bar = charts.freshness_bar({"status": status, "days_behind": behind, "expected_every_days": expected})
    assert bar == {"width": width, "is_cut": is_cut}


def test_a_cell_is_the_worse_the_lower_the_score_or_the_larger_the_share():
    weeks = [day("2025-01-06"), day("2025-01-13"), day("2025-01-20")]
    scores = charts.heat_cells({weeks[0]: 95, weeks[2]: 40}, weeks, charts.HEALTH_STEPS, is_good_high=True)
    assert [cell["badness"] for cell in scores] == [0, None, 4]
    assert [cell["left"] for cell in scores] == [0, 33.33, 66.67]
    shares = charts.heat_cells({weeks[0]: 0, weeks[1]: 0.004, weeks[2]: 0.2}, weeks, charts.SHARE_STEPS, False)
    assert [cell["badness"] for cell in shares] == [0, 1, 4]


def test_a_row_shows_its_newest_period_or_its_largest_value():
    rows = [
        {"source": "crm", "team_id": "all", "period_start": day("2025-01-13"), "score": 80, "note": "activity history"},
        {"source": "crm", "team_id": "crm:1", "period_start": day("2025-01-06"), "score": 50, "note": "filled"},
    ]
    heat = charts.heat_map(rows, "score", charts.HEALTH_STEPS, {"crm:28": "North"}, is_good_high=True)
    assert [(row["shown"], row["note"]) for row in heat["rows"]] == [(80, "activity history"), (None, None)]
    heat = charts.heat_map(rows, "score", charts.HEALTH_STEPS, {}, is_good_high=False, shows_largest=True)
    assert [(row["shown"], row["shown_of"]) for row in heat["rows"]] == [
        (80, day("2025-01-13")),
        (50, day("2025-01-06")),
    ]
    assert charts.heat_map(None, "score", charts.HEALTH_STEPS, {}, is_good_high=True) is None


@pytest.mark.parametrize(
    ("source", "team_id", "said"),
    [
        ("all", "all", "everything"),
        ("crm", "all", "crm, all teams"),
        ("all", "crm:1", "team North"),
        ("crm", "crm:2", "crm, crm:2"),
    ],
)
def test_the_label_of_a_row_names_source_and_team(source, team_id, said):
    assert charts.segment_label(source, team_id, {"crm:1": "North"}) == said


def test_a_bar_is_its_share_of_the_largest():
    assert [charts.bar_width(value, 400) for value in (400, 100, 1, 0)] == [100, 25, 1.5, 0]


def test_of_very_many_teams_the_source_and_the_worst_are_shown():
    rows = [
        {"source": "crm", "team_id": team, "period_start": day("2025-01-06"), "score": score, "note": None}
        for team, score in [("all", 99), *((f"crm:{number:02}", 30 if number == 28 else 95) for number in range(30))]
    ]
    heat = charts.heat_map(rows, "score", charts.HEALTH_STEPS, {"crm:28": "North"}, is_good_high=True)
    teams = [row["label"] for row in heat["rows"]]
    assert (teams[0], teams[-1], len(teams), heat["hidden"]) == ("crm, all teams", "crm, North", 20, 11)
