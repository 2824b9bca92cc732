"""Teams that stop logging, by how sure it is: what a trusted break leaves unrecorded is null, any other figure stays.

Five teams of one rep each log a call on 1 April and on 2 May 2025, and have a lead on 2 June, after which nobody but
`kept` and `late` logs anything. All but `kept` are found to have stopped on 5 May. The figures are counted by hand.
"""

import dataclasses
from decimal import Decimal
from typing import Any

import pytest
from compiled_project import SETTINGS, compiled_project
from memory_warehouse import MemoryWarehouse
from random_companies import stage_maps

from orchestration.transform.breaks import BREAK_TYPES

CONFIDENCES = {"confirmed": 0.3, "sure": 0.9, "late": 0.95, "unsure": 0.899, "dismissed": 0.95}
REPS = (*CONFIDENCES, "kept")
STOPPED = "2025-05-05"


def found_breaks() -> str:
    """The query that stands for the detector."""
    same = {
        "kind": "tracking_stopped",
        "origin": "detected",
        "source": "generic",
        "field": "rows",
        "starts_on": STOPPED,
    }
    rows = [
        {**same, "object": "activity", "break_id": f"B-{rep}", "population": f"team:generic:{rep}"}
        | {"review_references": f"B-{rep}", "confidence": str(confidence)}
        for rep, confidence in CONFIDENCES.items()
    ]
    deals = {"object": "opportunity", "break_id": "D", "review_references": "D", "population": "team:generic:sure"}
    return " union all ".join(
        "select " + ", ".join(f"cast({_text(row.get(name))} as {kind}) as {name}" for name, kind in BREAK_TYPES.items())
        for row in [*rows, {**same, **deals, "confidence": "0.97"}]
    )


def _text(value: str | None) -> str:
    return "null" if value is None else f"'{value}'"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> MemoryWarehouse:
    project = compiled_project(tmp_path_factory, SETTINGS)
    detected = dataclasses.replace(project.models["int_collection_breaks_detected"], query=found_breaks())
    built = MemoryWarehouse(dataclasses.replace(project, models={**project.models, detected.name: detected}))
    calls = [(rep, day) for rep in REPS for day in ("2025-04-01", "2025-05-02")]
    calls += [("kept", "2025-06-03"), ("kept", "2025-06-04"), ("late", "2025-06-03"), ("unsure", "2025-06-03")]
    company: dict[str, list[dict[str, Any]]] = {
        "stg_generic__teams": [{"team_key": rep, "team_name": rep} for rep in REPS],
        "stg_generic__reps": [{"rep_key": rep, "rep_name": rep, "team_reference": rep} for rep in REPS],
        "stg_generic__opportunities": [
            {"opportunity_key": rep, "owner_reference": rep, "source_stage": "New", "is_deleted": False}
            | {"created_at": "2025-04-01 05:00:00", "created_on": "2025-04-01"}
            for rep in REPS
        ]
        + [
            {"opportunity_key": f"{rep}-won", "owner_reference": rep, "source_stage": "Won", "is_deleted": False}
            | {"created_at": "2025-04-01 05:00:00", "created_on": "2025-04-01"}
            | {"close_date": "2025-06-10", "amount": 500}
            for rep in ("sure", "kept")
        ],
        "stg_generic__leads": [
            {"lead_key": f"{rep}{month}", "owner_reference": rep}
            | {"created_at": f"2025-0{month}-01 04:00:00", "created_on": f"2025-0{month}-01"}
            for rep in REPS
            for month in (4, 6)
        ],
        # the call of April is the first contact with the lead of that day; later ones are with nobody
        "stg_generic__activities": [
            {"activity_key": f"{rep}{day}{number}", "rep_reference": rep, "activity_type": "call"}
            | {"direction": "outbound", "lead_reference": f"{rep}4" if day == "2025-04-01" else None}
            | {"occurred_at": f"{day} 05:00:00", "occurred_on": day}
            for number, (rep, day) in enumerate(calls)
        ],
        "stg_registers__quotas": [
            {"assignee_type": "rep", "assignee_reference": rep, "metric": "calls", "period_type": "month"}
            | {"period_start": "2025-06-01", "target_amount": 4}
            for rep in REPS
        ],
        "stg_registers__collection_break_reviews": [
            {"break_reference": f"B-{rep}", "decision": rep, "decided_by": "rina", "decided_on": "2025-06-20"}
            for rep in ("confirmed", "dismissed")
        ],
        "stg_registers__stage_maps": stage_maps(),
    }
    built.build(company, "mart_quota_attainment", "mart_lead_response", "mart_activity_daily", "mart_rep_comparison")
    return built


def by_rep(warehouse: MemoryWarehouse, query: str) -> dict[str, tuple[Any, ...]]:
    return {rep.removeprefix("generic:"): tuple(values) for rep, *values in warehouse.rows(query)}


def test_trusted_is_what_is_confirmed_or_sure_enough_and_not_dismissed(warehouse: MemoryWarehouse) -> None:
    rows = dict(warehouse.rows("select break_id, is_trusted from quality.collection_break"))
    assert rows == {"B-confirmed": True, "B-sure": True, "B-late": True, "B-unsure": False, "B-dismissed": False} | {
        "D": True
    }


@pytest.mark.parametrize("level", ["rep", "team"])
def test_calls_after_a_trusted_stop_are_null_and_those_after_another_stay(
    warehouse: MemoryWarehouse, level: str
) -> None:
    attainment = f"""
        select assignee_id, actual_amount, collection_status, comparability, comparability_reasons, observation_status
        from marts.mart_quota_attainment
        where assignee_type = '{level}' and metric = 'calls' and period_type = 'month' and period_start ="""
    one, two = Decimal("1.00"), Decimal("2.00")
    # the first month with a call has none to be compared with
    whole = (one, "whole", "unknown", None, "A")
    assert by_rep(warehouse, f"{attainment} '2025-04-01'") == dict.fromkeys(REPS, whole)
    # the day of the break is in May
    assert by_rep(warehouse, f"{attainment} '2025-05-01'") == {
        rep: (one, "partial", "not_comparable", f"B-{rep}", "B") for rep in ("confirmed", "sure", "late", "unsure")
    } | {rep: (one, "whole", "comparable", None, "A") for rep in ("dismissed", "kept")}
    assert by_rep(warehouse, f"{attainment} '2025-06-01'") == {
        rep: (None, "not_recorded", "not_comparable", f"B-{rep}", "L") for rep in ("confirmed", "sure", "late")
    } | {
        "unsure": (one, "partial", "not_comparable", "B-unsure", "B"),
        "dismissed": (Decimal("0.00"), "whole", "comparable", None, "A"),
        "kept": (two, "whole", "comparable", None, "A"),
    }


def test_the_company_of_which_a_part_is_not_recorded_is_partial_and_keeps_its_figure(
    warehouse: MemoryWarehouse,
) -> None:
    assert warehouse.rows("""
        select actual_amount, collection_status, comparability from marts.mart_quota_attainment
        where assignee_type = 'company' and metric = 'calls' and period_type = 'month' and period_start = '2025-06-01'
        """) == [(Decimal("4.00"), "partial", "not_comparable")]


def test_leads_are_not_called_never_contacted_where_no_contact_was_recorded(warehouse: MemoryWarehouse) -> None:
    figures = "lead_count, recorded_count, contacted_count, never_contacted_count, collection_status"
    rows = "from marts.mart_lead_response where period_type = 'month' and period_start = '2025-06-01' and segment_type"
    assert by_rep(warehouse, f"select segment_id, {figures} {rows} = 'rep'") == {
        rep: (1, 0, None, None, "not_recorded") for rep in ("confirmed", "sure", "late")
    } | {
        "unsure": (1, 1, 0, 1, "partial"),
        "dismissed": (1, 1, 0, 1, "whole"),
        "kept": (1, 1, 0, 1, "whole"),
    }
    assert warehouse.rows(f"select {figures} {rows} = 'company'") == [(6, 3, 0, 3, "partial")]


def test_days_and_comparisons_have_none_either(warehouse: MemoryWarehouse) -> None:
    # 4 June is a working day on which only `kept` called
    assert by_rep(
        warehouse,
        """
        select rep_id, call_count, is_without_activity from marts.mart_activity_daily
        where activity_date = '2025-06-04'""",
    ) == dict.fromkeys(("confirmed", "sure", "late"), (None, None)) | dict.fromkeys(
        ("unsure", "dismissed"), (0, True)
    ) | {"kept": (1, False)}
    assert by_rep(
        warehouse,
        """
        select rep_id, value, not_ranked_reason from marts.mart_rep_comparison
        where metric = 'calls' and period_type = 'month' and period_start = '2025-06-01'""",
    ) == dict.fromkeys(("confirmed", "sure", "late"), (None, "not_recorded")) | {
        "unsure": (1.0, None),
        "dismissed": (0.0, None),
        "kept": (2.0, None),
    }


def test_money_that_nobody_can_know_is_null_and_the_sums_still_tie(warehouse: MemoryWarehouse) -> None:
    revenue = """
        select assignee_id, actual_amount, collection_status from marts.mart_quota_attainment
        where metric = 'revenue_won' and period_type = 'month' and period_start = '2025-06-01'
            and assignee_id in ('generic:sure', 'generic:kept', 'company') and assignee_type <> 'team'"""
    assert by_rep(warehouse, revenue) == {
        "sure": (None, "not_recorded"),
        "kept": (Decimal("500.00"), "whole"),
        "company": (Decimal("1000.00"), "partial"),
    }
    for name in ("assert_money_ties", "assert_not_recorded_is_null", "assert_activities_are_counted_once"):
        assert warehouse.rows(warehouse.project.data_tests[name]) == [], name
