"""What marts say about how a month was collected, where the first record of a metric lies in or near it.

Left out are marts that have no row of a month in so small a company: bottlenecks, gaps of top performers, changes of
the pipeline, restated shares and bridges.
"""

import pytest
from memory_warehouse import Company, MemoryWarehouse, Row
from random_companies import stage_maps

# the first record of every metric, the last day of a month
BEGINS_ON = "2025-03-31"
# month; status, comparability, last day of the month before; comparability and last day of the year before; is it over?
STATUSES = """
    ('2025-01-01', 'whole', 'comparable', '2025-03-30', 'comparable', '2025-03-30', true),
    ('2025-02-01', 'partial', 'comparable', '2025-03-30', 'bridged', '2025-03-30', true),
    ('2025-03-01', '{march}', 'comparable', '2025-03-30', 'comparable', '2025-03-31', true),
    ('2025-04-01', 'whole', 'comparable', '2025-03-31', 'not_comparable', '2025-03-31', true),
    ('2025-05-01', 'not_recorded', 'not_comparable', '2025-04-30', 'comparable', '2025-04-01', true),
    ('2025-06-01', 'mixed', 'bridged', '2025-05-31', 'comparable', '2025-04-01', false)
"""
# month, has a figure: status, comparability, its reasons; comparability with the year before, its reasons; observation
EXPECTED = """
    ('2025-01-01', true, 'unknown', 'unknown', null, 'unknown', null, 'A'),
    ('2025-01-01', false, 'unknown', 'unknown', null, 'unknown', null, 'A'),
    ('2025-02-01', true, 'partial', 'unknown', 'B-1', 'unknown', null, 'A'),
    ('2025-02-01', false, 'unknown', 'unknown', null, 'unknown', null, 'L'),
    ('2025-03-01', true, '{march}', 'unknown', {march_reason}, 'comparable', 'B-2', 'A'),
    ('2025-03-01', false, '{march}', 'unknown', {march_reason}, 'comparable', 'B-2', 'A'),
    ('2025-04-01', true, 'whole', 'comparable', 'B-1', 'not_comparable', 'B-2', 'A'),
    ('2025-04-01', false, 'whole', 'comparable', 'B-1', 'not_comparable', 'B-2', 'A'),
    ('2025-05-01', true, 'partial', 'not_comparable', 'B-1', 'comparable', 'B-2', 'B'),
    ('2025-05-01', false, 'not_recorded', 'not_comparable', 'B-1', 'comparable', 'B-2', 'L'),
    ('2025-06-01', true, 'mixed', 'bridged', 'B-1', 'comparable', 'B-2', 'P'),
    ('2025-06-01', false, 'mixed', 'bridged', 'B-1', 'comparable', 'B-2', 'P')
"""
COLUMNS = (
    *("collection_status", "comparability", "comparability_reasons"),
    *("comparability_year_ago", "comparability_year_ago_reasons", "observation_status"),
)
# by mart, where a row has a figure
HAS_FIGURE = {
    "mart_quota_history": "false",
    "mart_quota_attainment": "actual_amount is not null",
    "mart_target_realism": "attainment_ratio is not null",
    "mart_lead_response": "contacted_count is not null",
    "mart_funnel_flag": "qualified_count is not null",
    "mart_win_rate": "coalesce(numerator, denominator) is not null",
    "mart_rep_comparison": "value is not null",
    "mart_team_comparison": "value is not null",
    "mart_restatement": "current_amount is not null",
    "mart_tie_out": "kuota_amount is not null",
    "mart_attainment_distribution": "true",
    "mart_funnel_breakdown": "true",
    "mart_funnel_conversion": "true",
    "mart_loss_reason": "true",
    "mart_sales_cycle": "true",
}
# by mart, the figure that is compared with that of the month before, and whose it is
COMPARED = {
    "mart_quota_attainment": ("attainment_ratio", "assignee_type, assignee_id, metric"),
    "mart_win_rate": ("rate", "segment_type, segment_id, definition"),
    "mart_rep_comparison": ("value", "rep_id, metric"),
    "mart_team_comparison": ("value", "team_id, metric"),
}
# ann sells, bob only creates deals, eve does nothing
REPS = ("ann", "bob", "eve")
MONTHS = range(1, 7)


def _company() -> Company:
    def created(rep: str, month: int, day: int) -> Row:
        created_on = f"2025-{month:02d}-{day:02d}"
        return {"owner_reference": rep, "created_at": f"{created_on} 05:00:00", "created_on": created_on}

    won_lost_and_open = [("ann", "Won"), ("ann", "Lost"), ("ann", "Offer"), ("bob", "Offer")]
    deals = [
        {"opportunity_key": f"{rep}-{month}-{stage}", "source_stage": stage, "amount": 100 * month}
        | {"close_date": f"2025-{month:02d}-20" if stage != "Offer" else None, "is_deleted": False}
        | created(rep, month, 2)
        for rep, stage in won_lost_and_open
        for month in MONTHS
    ]
    return {
        "stg_generic__teams": [{"team_key": "north", "team_name": "North"}],
        "stg_generic__reps": [
            {"rep_key": rep, "rep_name": rep, "team_reference": "north", "role": "seller"} for rep in REPS
        ],
        "stg_generic__opportunities": deals,
        "stg_generic__stage_events": [
            {"opportunity_reference": deal["opportunity_key"], "to_source_stage": stage, "changed_at": at}
            for deal in deals
            for stage, at in (
                ("New", deal["created_at"]),
                (deal["source_stage"], f"{deal['created_on'][:8]}20 05:00:00"),
            )
        ],
        "stg_generic__leads": [
            {"lead_key": str(month), "qualified_at": f"2025-{month:02d}-05 05:00:00"}
            | {"qualified_on": f"2025-{month:02d}-05"}
            | created("ann", month, 3)
            for month in MONTHS
        ],
        "stg_generic__activities": [
            {"activity_key": str(month), "activity_type": "call", "rep_reference": "ann", "direction": "outbound"}
            | {"occurred_at": f"2025-{month:02d}-05 05:00:00", "occurred_on": f"2025-{month:02d}-05"}
            | {"lead_reference": str(month)}
            for month in MONTHS
        ],
        "stg_registers__quotas": [
            {"assignee_type": "rep", "assignee_reference": rep, "metric": metric, "period_type": "month"}
            # of a quota of 0 there is no share
            | {"period_start": f"2025-{month:02d}-01", "target_amount": 0 if metric == "leads_qualified" else 500}
            for rep in REPS
            for metric in ("revenue_won", "calls", "leads_qualified")
            for month in MONTHS
        ],
        "stg_registers__crm_totals": [
            {"source_key": f"{rep}-{month}", "crm": "generic", "metric": "revenue_won", "amount": 100}
            | {"scope_type": "rep", "scope": rep, "period_type": "month", "period_start": f"2025-{month:02d}-01"}
            | {"read_on": "2025-06-30", "currency": "USD", "time_zone": "UTC"}
            for rep in REPS
            for month in MONTHS
        ],
        "stg_registers__stage_maps": stage_maps(),
    }


@pytest.mark.parametrize("march", ["whole", "partial"])
def test_the_first_record_decides_what_is_known_of_a_month(warehouse: MemoryWarehouse, march: str) -> None:
    """With the records of every metric of everybody collected as STATUSES says."""
    scopes = warehouse.project.models["int_collection_scopes_assigned"].query
    statuses = f"""
        select
            1 as scope_id, 'month' as period_type, month::date as period_start,
            month_before::date as previous_period_end, year_before::date as year_ago_period_end, is_over as is_complete,
            status as collection_status, comparability, comparability_year_ago,
            'B-1' as comparability_reasons, 'B-2' as comparability_year_ago_reasons
        from (values {STATUSES.format(march=march)})
            as given (month, status, comparability, month_before, comparability_year_ago, year_before, is_over)
    """
    begins = f"select * replace (1 as scope_id, date '{BEGINS_ON}' as data_begins_on) from ({scopes})"
    warehouse.build(
        _company(), *HAS_FIGURE, instead={"int_collection_scopes_assigned": begins, "int_collection_statuses": statuses}
    )
    each_mart_says_how_a_month_was_collected(warehouse, march)
    none_is_0_from_the_month_of_the_first_record_on(warehouse)
    a_figure_is_compared_with_that_of_a_month_that_was_recorded(warehouse)


def each_mart_says_how_a_month_was_collected(warehouse: MemoryWarehouse, march: str) -> None:
    expected = f"""
        select * replace (month::date as month)
        from (values {EXPECTED.format(march=march, march_reason="'B-1'" if march == "partial" else "null")})
            as expected (month, has_figure, {", ".join(COLUMNS)})
    """
    for mart, has_figure in HAS_FIGURE.items():
        period_start = "kuota_period_start" if mart == "mart_tie_out" else "period_start"
        found = f"""
            select distinct {period_start} as month, {has_figure} as has_figure, {", ".join(COLUMNS)}
            from marts.{mart} where period_type = 'month'
        """
        assert warehouse.rows(f"from ({found})"), mart
        assert warehouse.rows(f"({found}) except ({expected}) order by all") == [], mart


def none_is_0_from_the_month_of_the_first_record_on(warehouse: MemoryWarehouse) -> None:
    """February may lack records before the first one, and nothing was recorded in May."""
    of_eve = "where {} = 'generic:eve' and metric = 'revenue_won' and period_type = 'month' order by {}"
    none = [(0,), (None,), (0,), (0,), (None,), (0,)]
    attainment = of_eve.format("assignee_id", "period_start")
    assert warehouse.rows(f"select actual_amount from marts.mart_quota_attainment {attainment}") == none
    tied_out = f"select kuota_amount from marts.mart_tie_out {of_eve.format('scope_id', 'kuota_period_start')}"
    assert warehouse.rows(tied_out.replace(" order", " and step_number = 1 order")) == none
    # the complete months before each with a known amount
    compared = f"select compared_periods from marts.mart_target_realism {attainment}"
    assert warehouse.rows(compared) == [(0,), (1,), (1,), (2,), (3,), (3,)]
    of_bob = "where segment_id = 'generic:bob' and definition = 'won_of_closed_count' and period_type = 'month'"
    assert warehouse.rows(f"select denominator from marts.mart_win_rate {of_bob} order by period_start") == none
    unknown = "select distinct month(period_start) from marts.mart_rep_comparison"
    unknown += " where value is null and metric = 'revenue_won' and period_type = 'month' order by all"
    assert warehouse.rows(unknown) == [(2,), (5,)]


def a_figure_is_compared_with_that_of_a_month_that_was_recorded(warehouse: MemoryWarehouse) -> None:
    for mart, (figure, keys) in COMPARED.items():
        rows = f"""
            select
                month(period_start) as month,
                previous_value is not null as has_previous,
                previous_value is not distinct from lag({figure}) over earlier as is_of_the_month_before,
                change is not distinct from round({figure} - previous_value, 12) as is_the_difference,
                change is not null as has_change,
                not_compared_reason
            from marts.{mart}
            where period_type = 'month'
            window earlier as (partition by {keys} order by period_start)
            qualify {figure} is not null and lag({figure}) over earlier is not null
        """
        assert warehouse.rows(f"select distinct * from ({rows}) order by all") == [
            (2, False, False, True, False, "earlier_period_unknown"),
            (3, False, False, True, False, "earlier_period_unknown"),
            (4, True, True, True, True, None),
            (5, False, False, True, False, "not_comparable"),
            (6, True, True, False, False, "period_not_over"),
        ], mart
