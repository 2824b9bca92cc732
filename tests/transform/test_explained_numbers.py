"""`kuota explain` on random companies: what it lists sums to the mart's number, whatever the company."""

from typing import Any

from hypothesis import Phase, given, settings
from memory_warehouse import MemoryWarehouse
from random_companies import Company, companies, stage_maps

from orchestration.explain import (
    Period,
    Segment,
    explain_attainment,
    explain_funnel,
    explain_win_rate,
    find_period,
    find_segment,
)
from orchestration.explain.exclusions import exclusion_listings

# each example explains a few hundred numbers
VERY_FEW = settings(max_examples=4, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
FACTS = (
    *("fct_opportunities", "fct_activities", "fct_leads", "fct_credits", "fct_metric_credits"),
    *("fct_quota_contributions", "fct_segment_subjects", "fct_funnel_members", "fct_win_rate_deals"),
    *("dim_team_ancestors", "mart_exclusion"),
)


@VERY_FEW
@given(company=companies())
def test_credits_and_quota_rows_sum_to_every_attainment(warehouse: MemoryWarehouse, company: Company) -> None:
    for row in asked(
        warehouse,
        company,
        "mart_quota_attainment",
        "select assignee_type, assignee_id, assignee_name, period_type, period_start, period_end, metric",
    ):
        explanation = explain_attainment(warehouse.connection, Segment(*row[:3]), Period(*row[3:6]), row[6])
        assert explanation.differences == [], explanation


@VERY_FEW
@given(company=companies())
def test_deals_sum_to_every_win_rate(warehouse: MemoryWarehouse, company: Company) -> None:
    for row in asked(
        warehouse,
        company,
        "mart_win_rate",
        "select segment_type, segment_id, segment_name, period_type, period_start, period_end, definition",
    ):
        explanation = explain_win_rate(warehouse.connection, Segment(*row[:3]), Period(*row[3:6]), row[6])
        assert explanation.differences == [], explanation


@VERY_FEW
@given(company=companies())
def test_deals_and_leads_sum_to_every_step_of_the_funnel(warehouse: MemoryWarehouse, company: Company) -> None:
    for row in asked(
        warehouse,
        company,
        "mart_funnel_conversion",
        "select segment_type, segment_id, segment_name, period_type, period_start, period_end, "
        "pipeline, from_stage, to_stage",
        "\"view\" = 'cohort'",
    ):
        step = dict(zip(("pipeline", "from_stage", "to_stage"), row[6:], strict=True))
        explanation = explain_funnel(warehouse.connection, Segment(*row[:3]), Period(*row[3:6]), **step)
        assert explanation.differences == [], explanation


def asked(
    warehouse: MemoryWarehouse, company: Company, mart: str, select: str, where: str = "true"
) -> list[tuple[Any, ...]]:
    """The numbers of the mart to explain: those of its quarters."""
    warehouse.build(company, mart, *FACTS)
    warehouse.connection.execute("use kuota.marts")
    return warehouse.rows(f"{select} from {mart} where period_type = 'quarter' and {where} order by all")


def test_periods_are_fiscal(warehouse: MemoryWarehouse) -> None:
    # the fiscal year 2026 begins in April 2025
    warehouse.build({}, "dim_dates")
    warehouse.connection.execute("use kuota.marts")
    named = ("2026", "2026-q1", "2025-06", "2025-W26")
    assert [str(find_period(warehouse.connection, text)) for text in named] == [
        "year from 2025-04-01 to 2026-03-31",
        "quarter from 2025-04-01 to 2025-06-30",
        "month from 2025-06-01 to 2025-06-30",
        "week from 2025-06-23 to 2025-06-29",
    ]


def test_a_deal_without_a_rate_is_named_where_it_is_missing(warehouse: MemoryWarehouse) -> None:
    deal = {
        **{"opportunity_key": "d1", "owner_reference": "r1", "source_stage": "Won", "is_deleted": False},
        **{"created_at": "2025-03-02 05:00:00", "created_on": "2025-03-02", "close_date": "2025-05-02"},
    }
    company: Company = {
        "stg_generic__teams": [{"team_key": "north", "team_name": "North"}],
        "stg_generic__reps": [{"rep_key": "r1", "rep_name": "Ana", "team_reference": "north"}],
        "stg_generic__opportunities": [
            deal | {"amount": "5.00"},
            deal | {"opportunity_key": "d2", "amount": "7.00", "currency": "XXX"},
            deal | {"opportunity_key": "d3", "amount": "9.00", "is_deleted": True},
        ],
        "stg_registers__stage_maps": stage_maps(),
    }
    warehouse.build(company, "mart_quota_attainment", *FACTS, "dim_dates", "dim_reps", "dim_teams")
    warehouse.connection.execute("use kuota.marts")
    quarter = find_period(warehouse.connection, "2026-Q1")
    for name in ("company", "North", "generic:r1"):
        segment = find_segment(warehouse.connection, name)
        explanation = explain_attainment(warehouse.connection, segment, quarter, "revenue_won")
        _, credited, out, unplaced = explanation.listings
        assert [row[1] for row in credited.rows] == ["generic:d1"]
        assert [(row[0], row[2], row[4]) for row in out.rows] == [
            ("d2", "missing_rate", "staging.stg_generic__opportunities:3")
        ]
        assert [(row[0], row[1], row[3]) for row in unplaced.rows] == [("opportunity", "deleted", 1)]
    nobody = find_segment(warehouse.connection, "unassigned")
    earlier = find_period(warehouse.connection, "2025-Q4")
    for segment, period in ((nobody, quarter), (find_segment(warehouse.connection, "company"), earlier)):
        listed = exclusion_listings(
            warehouse.connection,
            segment,
            period,
            metrics=["revenue_won"],
            objects=["opportunity"],
            dated_by="closed_on",
        )
        assert listed[0].rows == []
