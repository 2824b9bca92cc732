"""A win rate, opened into the deals of its numerator and its denominator."""

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.explain.exclusions import exclusion_listings
from orchestration.explain.explanation import Explanation, Total, list_rows
from orchestration.explain.published import Period, Segment, row_of

# by definition: the date that decides the period, of counted and of excluded deals, and how the rate is computed
DEFINITIONS = {
    "won_of_closed_count": ("closed_on", "Deals won / deals closed, both by close date."),
    "won_of_closed_amount": (
        "closed_on",
        "Amount won / amount closed, by close date; null where a lost deal has no amount or an amount is below 0.",
    ),
    "won_of_created_count": ("created_on", "Deals won by now / deals created in the period, open ones included."),
    "won_within_90_days_of_created": (
        "created_on",
        "Deals won within 90 days of their creation / deals created in the period; null until 90 days after its end.",
    ),
}

DEALS = """
    select
        counted.counted_on, counted.opportunity_id, deals.owner_id, deals.stage, deals.closed_on as closed,
        counted.in_numerator, counted.in_denominator,
        deals.source_file || ':' || deals.source_row as source_row
    from fct_win_rate_deals as counted
    inner join fct_segment_subjects as segments
        on segments.subject_type = 'opportunity' and counted.opportunity_id = segments.subject_id
    inner join fct_opportunities as deals on counted.opportunity_id = deals.opportunity_id
    where
        counted.definition = $definition
        and segments.segment_type = $segment_type and segments.segment_id = $segment_id
        and counted.counted_on between $start and $end
    order by all
"""


def explain_win_rate(
    connection: duckdb.DuckDBPyConnection, segment: Segment, period: Period, definition: str
) -> Explanation:
    """The win rate of one segment, definition and period."""
    if definition not in DEFINITIONS:
        raise ConfigurationError(f"'{definition}' is not a win rate; write one of {', '.join(DEFINITIONS)}.")
    figures = row_of(
        connection,
        """
        select
            numerator, denominator, rate, rate_low, rate_high,
            collection_status, comparability, comparability_reasons
        from mart_win_rate
        where segment_type = ? and segment_id = ? and definition = ? and period_type = ? and period_start = ?
        """,
        [segment.type, segment.id, definition, period.type, period.start],
    )
    if figures is None:
        raise ConfigurationError(
            f"{segment.name} has no deal closed or created in the {period}: mart_win_rate has no such row."
        )
    dated_by, how = DEFINITIONS[definition]
    deals = list_rows(
        connection,
        "Deals",
        DEALS,
        {"definition": definition} | segment.parameters | period.parameters,
        (
            Total("numerator", "in_numerator", figures["numerator"]),
            Total("denominator", "in_denominator", figures["denominator"]),
        ),
    )
    return Explanation(
        subject={
            "definition": definition,
            **{"segment_type": segment.type, "segment_id": segment.id, "segment_name": segment.name},
            **{"period_type": period.type, "period_start": period.start, "period_end": period.end},
        },
        figures=figures,
        how=[
            how,
            "A deal counts once, under its owner at close and that rep's teams; splits do not matter.",
        ],
        listings=[
            deals,
            *exclusion_listings(
                connection,
                segment,
                period,
                metrics=["win_rate", definition],
                objects=["opportunity"],
                dated_by=dated_by,
            ),
        ],
    )
