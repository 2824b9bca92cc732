"""The detector of breaks on the content of fields, on bursts, and on the statistics behind both."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from orchestration.transform.breaks import BREAK_TYPES, KINDS, detect_breaks
from orchestration.transform.breaks.detect import match_reviews
from orchestration.transform.breaks.profile import name_commonest
from orchestration.transform.breaks.segments import find_cuts
from orchestration.transform.breaks.shapes import best_rotation, best_shift, mirrored
from tests.transform.break_profiles import (
    CHANGE,
    FIRST,
    WEEKS,
    Rows,
    after,
    breaks,
    business,
    calls,
    cells,
    monday,
)


def test_an_even_company_has_no_break() -> None:
    assert breaks(business(), calls(lambda week: 80)) == []


def test_no_profile_no_break() -> None:
    nothing = pd.DataFrame(business(), columns=list(business()[0])).head(0)
    assert list(detect_breaks(nothing).columns) == list(BREAK_TYPES)


def test_a_value_that_ends_as_another_begins_is_renamed() -> None:
    def sources(week: int) -> dict[str | None, float]:
        return {"web": 20, "phone": 0 if week >= CHANGE else 10, "telephone": 10 if week >= CHANGE else 0}

    expected = [("definition_changed", "lead", "source", "all", monday(CHANGE))]
    assert breaks(business(), cells("lead", "source", "category_count", sources)) == expected


def test_a_stage_renamed_in_one_pipeline_is_that_pipeline_s_break() -> None:
    def stages(renamed: bool) -> Callable[[int], dict[str | None, float]]:
        name = "Discovery" if renamed else "Demo"
        return lambda week: {"Won": 12, "Demo" if week < CHANGE else name: 12}

    def everybody(week: int) -> dict[str | None, float]:
        return {"Won": 24, "Demo": 24 if week < CHANGE else 12, "Discovery": 0 if week < CHANGE else 12}

    one = cells("stage_event", "to_stage", "category_count", stages(True), population="pipeline:one")
    two = cells("stage_event", "to_stage", "category_count", stages(False), population="pipeline:two")
    rows = business(), one, two, cells("stage_event", "to_stage", "category_count", everybody)
    assert breaks(*rows) == [("definition_changed", "stage_event", "to_stage", "pipeline:one", monday(CHANGE))]


def test_an_additional_value_is_business() -> None:
    def sources(week: int) -> dict[str | None, float]:
        return {"web": 20, "phone": 10, "event": 8, "fair": 15 if week >= CHANGE else 0}

    assert breaks(business(), cells("lead", "source", "category_count", sources)) == []


def test_a_new_value_that_takes_from_one_other_is_a_change_of_the_list() -> None:
    def sources(week: int) -> dict[str | None, float]:
        is_new = week >= CHANGE
        return {"web": 8, "event": 8, "phone": 8 if is_new else 14, "whatsapp": 6 if is_new else 0}

    expected = [("definition_changed", "lead", "source", "all", monday(CHANGE))]
    assert breaks(business(), cells("lead", "source", "category_count", sources)) == expected


def test_a_campaign_ends_within_a_quarter_and_a_new_default_stays() -> None:
    def sources(weeks: int) -> Callable[[int], dict[str | None, float]]:
        return lambda week: {"web": 20, "event": 8, "ads": 60 if CHANGE <= week < CHANGE + weeks else 3}

    campaign, default = (cells("lead", "source", "category_count", sources(weeks)) for weeks in (8, 99))
    assert breaks(business(), campaign) == []
    assert breaks(business(), default) == [("definition_changed", "lead", "source", "all", monday(CHANGE))]


def test_a_field_that_becomes_mandatory() -> None:
    rows = cells("opportunity", "loss_reason", "filled_count", lambda week: {None: after(6, 15)(week)}, lambda week: 15)
    assert breaks(business(), rows) == [("field_fill_changed", "opportunity", "loss_reason", "all", monday(CHANGE))]


def common(field: str, share: Callable[[int], float], value: str = "1000.0000") -> Rows:
    def values(week: int) -> dict[str | None, float]:
        return {value: round(40 * share(week)), "(others)": 40 - round(40 * share(week))}

    return cells("opportunity", field, "default_count", values)


def test_a_field_filled_by_a_default_is_not_filled() -> None:
    expected = [("field_fill_changed", "opportunity", "amount", "all", monday(CHANGE))]
    assert breaks(business(), common("amount", after(0, 0.4))) == expected
    assert breaks(business(), common("amount", after(0.4, 0))) == expected
    # a list price that sells better, a large new customer, and a value that comes up over half a year
    assert breaks(business(), common("amount", after(0.2, 0.45))) == []
    assert breaks(business(), common("account_id", after(0, 0.2))) == []
    assert breaks(business(), common("amount", lambda week: min(0.4, max(0, week - 40) / 65))) == []


def test_a_changed_price_list_is_not_a_default() -> None:
    def prices(week: int) -> dict[str | None, float]:
        old, new = after(12, 0)(week), after(0, 12)(week)
        return {"950.0000": old, "990.0000": new, "400.0000": old / 2, "420.0000": new / 2, "(others)": 22}

    assert breaks(business(), cells("opportunity", "amount", "default_count", prices)) == []


def test_a_field_that_is_filled_a_little_less_often_in_many_records() -> None:
    def filled(week: int) -> dict[str | None, float]:
        return {None: round(after(90, 78)(week) + 4 * np.sin(week * 5))}

    rows = cells("activity", "outcome", "filled_count", filled, lambda week: 150)
    assert breaks(business(), rows) == [("field_fill_changed", "activity", "outcome", "all", monday(CHANGE))]


def test_another_unit_changes_the_usual_values() -> None:
    def sizes(week: int) -> dict[str | None, float]:
        return {str(size + (30 if week >= CHANGE else 0)): float(9 - abs(size - 12)) for size in range(8, 17)}

    rows = (
        common("amount", after(0.3, 0), "50.0000"),
        common("amount", after(0, 0.3), "50000.0000"),
        cells("opportunity", "amount", "magnitude_count", sizes),
    )
    assert breaks(business(), *rows) == [("unit_or_currency_changed", "opportunity", "amount", "all", monday(CHANGE))]


@pytest.mark.parametrize(
    ("thing", "field"),
    [("lead", "created_at"), ("opportunity", "close_date"), ("stage_event", "changed_at")],
)
def test_records_missing_from_the_extracts_of_their_time_were_entered_late(thing: str, field: str) -> None:
    def lags(week: int) -> dict[str | None, float]:
        late = 15.0 if CHANGE <= week < CHANGE + 8 else 1.0
        return {"1 hour": 30 - late, "5 two weeks": late}

    rows = cells(thing, field, "lag_count", lags)
    assert breaks(business(), rows) == [("late_or_backdated_entry", thing, field, "all", monday(CHANGE))]


def test_late_entry_goes_on_where_the_latest_weeks_cannot_be_late_yet() -> None:
    def lags(week: int) -> dict[str | None, float]:
        late = 20 if CHANGE <= week < WEEKS - 2 else 0
        return {"1 hour": 60 - late, "5 two weeks": late}

    rows = [*business(), *cells("activity", "logged_at", "lag_count", lags)]
    found = detect_breaks(pd.DataFrame(rows), None)
    assert [(each.kind, each.starts_on, each.ends_on) for each in found.itertuples()] == [
        ("late_or_backdated_entry", monday(CHANGE), None)
    ]


def test_a_clock_that_moves_and_a_unit_that_changes() -> None:
    def hours(week: int) -> dict[str | None, float]:
        return {str(hour + (7 if week >= CHANGE else 0)): float(10 - abs(hour - 12)) for hour in range(8, 17)}

    def sizes(week: int) -> dict[str | None, float]:
        return {str(size + (18 if week >= CHANGE else 0)): float(9 - abs(size - 12)) for size in range(8, 17)}

    expected = [
        ("time_zone_changed", "activity", "occurred_at", "all", monday(CHANGE)),
        ("unit_or_currency_changed", "activity", "duration_minutes", "all", monday(CHANGE)),
    ]
    rows = (
        cells("activity", "occurred_at", "hour_count", hours),
        cells("activity", "duration_minutes", "magnitude_count", sizes),
    )
    assert sorted(breaks(business(), *rows)) == expected


def test_late_entries_copies_and_scripts_end_and_have_dates() -> None:
    def lags(week: int) -> dict[str | None, float]:
        late = 40.0 if CHANGE <= week < CHANGE + 8 else 1.0
        return {"1 hour": 60 - late, "6 month": late}

    copies = cells("activity", "rows", "copy_count", lambda week: {None: 40 if week == 30 else 0}, lambda week: 80)
    edits = cells(
        "opportunity",
        "updated_at",
        "largest_edit_count",
        lambda week: {None: 90 if week == 40 else 2},
        lambda week: 100,
    )
    rows = [*business(), *cells("activity", "logged_at", "lag_count", lags), *copies, *edits]
    found = detect_breaks(pd.DataFrame(rows))
    assert [(each.kind, each.starts_on, each.ends_on) for each in found.itertuples()] == [
        ("duplicate_burst", monday(30), str(FIRST + 7 * 31 - 1)),
        ("bulk_edit", monday(40), str(FIRST + 7 * 41 - 1)),
        ("late_or_backdated_entry", monday(CHANGE), str(FIRST + 7 * (CHANGE + 8) - 1)),
    ]


def test_values_written_by_a_script_are_only_the_break_of_the_script() -> None:
    def types(week: int) -> dict[str | None, float]:
        # all deals of before the script and some of the last weeks before it got one type
        return {"new": 5 if week >= CHANGE - 6 else 0, "repeat": 5 if week >= CHANGE - 6 else 10}

    def edits(week: int) -> dict[str | None, float]:
        return {None: 90 if week == CHANGE else 2}

    rows = [*business(), *cells("opportunity", "opportunity_type", "category_count", types)]
    script = cells("opportunity", "opportunity_type", "largest_edit_count", edits, lambda week: 100)
    assert [kind for kind, *_ in breaks(rows)] == ["definition_changed"]
    assert [kind for kind, *_ in breaks(rows, script)] == ["bulk_edit"]


def test_records_imported_at_once_are_a_migration_and_not_late() -> None:
    def lags(week: int) -> dict[str | None, float]:
        return {"1 hour" if week >= CHANGE else "7 later": 60}

    logged = cells("activity", "logged_at", "largest_edit_count", lambda week: {None: 3000 if week == CHANGE else 2})
    shapes = cells("activity", "activity_id", "key_shape_count", lambda week: {"N#" if week >= CHANGE else "V#": 60})
    rows = business(), cells("activity", "logged_at", "lag_count", lags), logged, shapes
    assert breaks(*rows) == [("migration", "activity", "logged_at", "all", monday(CHANGE))]


def test_a_week_that_is_not_over_is_not_evaluated() -> None:
    rows = pd.DataFrame([*business(), *calls(lambda week: 80)])
    tail = pd.DataFrame(business()).tail(1).assign(week_start=pd.Timestamp(monday(WEEKS)))
    until = FIRST + 7 * WEEKS + 2
    pd.testing.assert_frame_equal(detect_breaks(pd.concat([rows, tail]), until), detect_breaks(rows, until))


def test_the_order_of_the_rows_does_not_matter_and_ids_stay() -> None:
    rows = pd.DataFrame([*business(), *calls(after(30, 90))])
    shuffled = rows.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(detect_breaks(shuffled), detect_breaks(rows))
    [one], [other] = detect_breaks(rows)["break_id"], detect_breaks(rows[rows["week_start"] < monday(90)])["break_id"]
    assert one == other
    assert set(detect_breaks(rows)["kind"]) <= set(KINDS)


def test_a_break_that_is_known_is_not_reported() -> None:
    rows = pd.DataFrame([*business(), *calls(after(30, 90))])
    [starts_on] = detect_breaks(rows)["starts_on"]
    place = {"source": "generic", "object": "activity", "field": None, "population": None}

    def reported(**known: object) -> int:
        at_its_day = place | {"known_from": starts_on, "known_to": starts_on}
        return len(detect_breaks(rows, known=pd.DataFrame([at_its_day | known])))

    assert reported() == reported(field="rows", population="all") == 0
    assert reported(field="logged_at") == reported(population="team:T") == reported(source="hubspot") == 1
    assert reported(known_from=monday(0), known_to=monday(1)) == 1


def test_a_review_refers_to_the_break_that_is_found_a_week_later() -> None:
    found = ["Ba-2025-05-12", "Ba-2025-06-02", "Bb-2025-05-05", "Bb-2025-05-26", "Bc-2025-06-09"]
    # of two the nearer one; where its own id is found, no other; five weeks off is too far; Bx and C1 are not found
    matched = match_reviews(found, ["Ba-2025-05-05", "Bb-2025-05-05", "Bc-2025-05-05", "Bx", "C1"])
    assert {break_id: sorted(ids - {break_id}) for break_id, ids in matched.items()} == {
        "Ba-2025-05-12": ["Ba-2025-05-05"],
        **{break_id: [] for break_id in found[1:]},
    }
    # exactly four weeks off is near enough
    assert match_reviews(["Ba-2025-06-02"], ["Ba-2025-05-05"]) == {"Ba-2025-06-02": {"Ba-2025-05-05", "Ba-2025-06-02"}}


def test_recording_begins_on_the_day_of_its_first_record() -> None:
    rows = pd.DataFrame([*business(), *calls(after(0, 80))])
    [found] = detect_breaks(rows).itertuples()
    assert (found.kind, found.starts_on) == ("tracking_started", monday(CHANGE))
    wednesday = str(np.datetime64(monday(CHANGE)) + 2)
    is_first = (rows["object"] == "activity") & (rows["week_start"] == monday(CHANGE))
    [dated] = detect_breaks(
        rows.assign(first_on=rows["week_start"].mask(is_first, pd.Timestamp(wednesday)))
    ).itertuples()
    assert (dated.break_id, dated.starts_on) == (found.break_id, wednesday)


def named(*rows: tuple[str, str, str, int]) -> list[tuple[str, str, int]]:
    """The values (week, record type, category, count) of a field by name."""
    columns = ["week_start", "record_type", "category", "value"]
    frame = pd.DataFrame(rows, columns=columns).assign(source="g", object="activity", field="x", population="all")
    result = name_commonest(frame.assign(measure="default_count"))
    return list(result[["record_type", "category", "value"]].itertuples(index=False, name=None))


def test_a_default_occurs_in_eight_records_of_any_weeks() -> None:
    # five of one week and three of the next are eight; seven are too few; another type of record is counted apart
    rows = [(monday(1), "call", "100", 5), (monday(2), "call", "100", 3), (monday(2), "call", "7", 7)]
    kept = [("call", "100", 5), ("call", "100", 3), ("call", "(others)", 7), ("email", "(others)", 1)]
    assert named(*rows, (monday(2), "email", "100", 1)) == kept


def test_the_values_after_the_24_most_common_are_one() -> None:
    # the more frequent first, then by name; a team's values are named as everybody's
    values = [f"v{number:02}" for number in range(1, 27)]
    frame = pd.DataFrame(
        {"category": [*values, "v26"], "value": [2] + [1] * 26, "population": ["all"] * 26 + ["team:T"]}
    ).assign(source="g", object="lead", field="source", measure="category_count", record_type="")
    assert list(name_commonest(frame)["category"]) == [*values[:24], *["(others)"] * 3]


def test_cuts_of_pure_noise_are_rare_and_drift_is_not_a_cut() -> None:
    rng = np.random.default_rng(11)
    noise = [len(find_cuts(rng.multinomial(40, [0.2, 0.3, 0.5], size=WEEKS))) for _ in range(150)]
    assert sum(noise) <= 1
    slowly = np.linspace(0.45, 0.55, WEEKS)
    drift = [len(find_cuts(np.column_stack([rng.binomial(40, slowly), np.full(WEEKS, 20)]))) for _ in range(50)]
    assert sum(drift) <= 2


def test_a_change_in_mid_week_is_one_cut() -> None:
    counts = np.array([[300.0, 100.0]] * 40 + [[200.0, 200.0]] + [[100.0, 300.0]] * 40)
    [cut] = find_cuts(counts)
    assert (cut.at, cut.settled) == (40, 41)


def test_what_turned_one_distribution_into_another() -> None:
    day = np.array([0] * 8 + [5, 20, 40, 30, 20, 30, 40, 20, 5] + [0] * 7)
    assert best_rotation(day, np.roll(day, 3)) == 3
    assert best_rotation(day, day[::-1] + np.eye(24)[0] * 100) == 0
    sizes = np.array([0, 2, 10, 30, 10, 2] + [0] * 20)
    assert best_shift(sizes, np.roll(sizes, 18), 3) == (18, 1.0)
    assert best_shift(sizes, np.roll(sizes, 1), 3) == (0, 0.0)
    # a part of the values is another mixture of business if it moves by little, and of units if by much
    assert best_shift(10 * sizes, 8 * sizes + 2 * np.roll(sizes, 4), 3) == (0, 0.0)
    assert best_shift(10 * sizes, 8 * sizes + 2 * np.roll(sizes, 18), 3) == (18, 0.2)
    assert mirrored(np.array([50, 30, 20, 0]), np.array([50, 30, 0, 20]), 0.03, needs_mirror=True) == ([2], [3], 0.2)
    assert mirrored(np.array([50, 30, 20, 0]), np.array([40, 24, 16, 20]), 0.03, needs_mirror=True) is None
