"""Declared changes with and without a bridge, written by hand: what the marts say equals what was counted by hand.

Stages Lead, Demo, Offer, Won, Lost. On 15 May 2025 (C1, with a bridge) Demo is renamed Presentation, a label that the
register stage_map does not know; on 18 August (C3, with a bridge) Security review is inserted after Offer; on
17 November (C4, without one) Lead is renamed New lead, a label that the register knows. The reps of Barat (R1) call a
visit a site visit from 15 May on (C2); those of Timur (R2) never declared it. C5 was dismissed by sales ops, C6 has a
rule that says nothing. 25 deals, all closed before as_of; business dates are those of UTC.
"""

from datetime import date
from pathlib import Path

from built_source import query

ALL_OF_THEM = "segment_type = 'company' and view = 'cohort'"


def month(number: int) -> date:
    return date(2025, number, 1)


def test_conversion_before_and_after_a_bridged_rename_is_the_truth(warehouse: Path) -> None:
    # deals by the month in which they came to the demo, and how many of them were made an offer: of May's four D07 and
    # D08 came to a Demo, D09 and D10 to a Presentation; D07 and D09 were made an offer
    columns = "period_start, reached_count, converted_count, comparability, comparability_reasons"
    conversion = f"select {columns} from marts.mart_funnel_conversion where {ALL_OF_THEM} and from_stage = 'Demo' "
    assert query(warehouse, conversion + "and period_type = 'month' order by period_start") == [
        (month(3), 2, 1, "unknown", None),
        (month(4), 4, 2, "comparable", None),
        (month(5), 4, 2, "bridged", "C1"),
        (month(6), 4, 3, "bridged", "C1"),
        (month(7), 2, 1, "comparable", None),
        (month(8), 4, 4, "bridged", "C3"),
        (month(9), 2, 2, "bridged", "C3"),
        (month(10), 1, 1, "comparable", None),
        # without a bridge it is flagged, though the register knows both labels
        (month(11), 2, 1, "not_comparable", "C4"),
    ]
    assert query(warehouse, conversion + "and period_type = 'quarter' order by period_start") == [
        (month(1), 2, 1, "unknown", None),
        (month(4), 12, 7, "bridged", "C1"),
        (month(7), 8, 7, "bridged", "C1,C3"),
        (month(10), 3, 2, "not_comparable", "C3,C4"),
    ]


def test_a_rename_is_counted_by_both_definitions(warehouse: Path) -> None:
    """By the old definition, without Presentation, D09 reaches the demo when it gets an offer, and D10 and D14 never
    do."""
    figures = "overlap, old_numerator, old_denominator, new_numerator, new_denominator, round(difference, 6)"
    bridged = f"select period_start, {figures} from marts.mart_metric_bridge where break_id = 'C1' and {ALL_OF_THEM} "
    assert query(warehouse, bridged + "and from_stage = 'Demo' and period_type = 'month' order by period_start") == [
        (month(4), "before", 2, 4, 2, 4, 0.0),
        (month(5), "within", 2, 3, 2, 4, -0.166667),
        (month(6), "after", 3, 3, 3, 4, -0.25),
    ]


def test_the_old_step_includes_an_inserted_stage(warehouse: Path) -> None:
    """August: D17 to D20 were made an offer, D18 and D19 went into the review; D17 was won without one, D18 after."""
    columns = "from_stage, to_stage, old_numerator, old_denominator, new_numerator, new_denominator"
    bridged = f"select {columns} from marts.mart_metric_bridge where break_id = 'C3' and {ALL_OF_THEM} "
    assert query(warehouse, bridged + "and period_type = 'month' and period_start = '2025-08-01' order by all") == [
        ("Demo", "Offer", 4, 4, 4, 4),
        ("Lead", "Demo", 6, 6, 6, 6),
        ("Lead", "Won", 3, 6, 3, 6),
        ("Offer", "Security review", None, None, 3, 4),
        ("Offer", "Won", 2, 4, 2, 4),
        ("Security review", "Won", None, None, 2, 3),
    ]
    events = query(warehouse, "select distinct to_stage from marts.fct_stage_events order by 1")
    assert events == [("Demo",), ("Lead",), ("Lost",), ("Offer",), ("Security review",), ("Won",)]


def test_a_type_is_bridged_in_the_team_that_declared_it(warehouse: Path) -> None:
    # Ana in May: a meeting and two site visits; Budi's site visit is not a meeting
    columns = "segment_id, old_numerator, new_numerator, comparability"
    bridged = f"select {columns} from marts.mart_metric_bridge where break_id = 'C2' and metric = 'meetings' "
    assert query(warehouse, bridged + "and period_type = 'month' and period_start = '2025-05-01' order by all") == [
        ("company", 2, 4, "bridged"),
        ("generic:R1", 1, 3, "bridged"),
        ("generic:T1", 1, 3, "bridged"),
    ]
    types = query(warehouse, "select activity_type, count(*) from marts.fct_activities group by all order by 1")
    assert types == [("meeting", 6), ("site visit", 1)]


def test_a_dismissed_break_is_listed_and_affects_nothing(warehouse: Path) -> None:
    columns = "break_id, confidence, is_bridge_read, review, reviewed_by"
    assert query(warehouse, f"select {columns} from quality.collection_break where origin = 'declared' order by 1") == [
        ("C1", 1.0, True, "confirmed", "rina"),
        ("C2", 1.0, True, None, None),
        ("C3", 1.0, True, None, None),
        ("C4", 1.0, None, None, None),
        ("C5", 1.0, None, "dismissed", "rina"),
        ("C6", 1.0, False, None, None),
    ]
    evidence = "select evidence from quality.collection_break where break_id = 'C6'"
    assert query(warehouse, evidence) == [
        ("declared by sales-operations; part of the bridge rule that cannot be read: 'ask Rina'",)
    ]
    won = "select comparability from marts.mart_win_rate where segment_type = 'company' and period_type = 'month' "
    assert query(warehouse, won + "and period_start = '2025-07-01' group by all") == [("comparable",)]
    regimes = "select count(*) from quality.collection_regime where object = 'opportunity' and field = 'close_date'"
    assert query(warehouse, regimes) == [(0,)]
    excluded = "select source_row, reason, excluded_from from marts.mart_exclusion "
    assert query(warehouse, excluded + "where object = 'collection_break_review'") == [(4, "unknown_break", "all")]
