"""A win rate, opened into the deals of its numerator and its denominator."""

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.explain.exclusions import exclusion_listings
from orchestration.explain.explanation import Explanation, Total, list_rows
from orchestration.explain.published import Period, Segment, row_of

# by definition: the date that decides the period, and what a deal adds to the numerator and to the denominator
DEFINITIONS = {
    "won_of_closed_count": ("closed_on", "case when deals.is_won then 1 end", "1"),
    "won_of_closed_amount": (
        "closed_on",
        "case when deals.is_won then deals.amount_reporting end",
        "deals.amount_reporting",
    ),
    "won_of_created_count": ("created_on", "case when deals.is_won then 1 end", "1"),
    "won_within_90_days_of_created": (
        "created_on",
        "case when deals.is_won and deals.closed_on - deals.created_on <= 90 then 1 end",
        "1",
    ),
}

HOW = {
    "won_of_closed_count": "Deals won / deals closed, both by close date.",
    "won_of_closed_amount": "Amount won / amount closed, by close date; null where a lost deal has no amount.",
    "won_of_created_count": "Deals won by now / deals created in the period, open ones included.",
    "won_within_90_days_of_created": (
        "Deals won within 90 days of their creation / deals created in the period; null until 90 days after its end."
    ),
}


def explain_win_rate(
    connection: duckdb.DuckDBPyConnection, segment: Segment, period: Period, definition: str
) -> Explanation:
    """The win rate of one segment, definition and period."""
    if definition not in DEFINITIONS:
        raise ConfigurationError(f"'{definition}' is no win rate; write one of {', '.join(DEFINITIONS)}.")
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
    dated_by, numerator, denominator = DEFINITIONS[definition]
    deals = list_rows(
        connection,
        "Deals",
        f"""
        select
            deals.{dated_by}, deals.opportunity_id, deals.owner_id, deals.stage, deals.closed_on as closed,
            {numerator} as in_numerator, {denominator} as in_denominator,
            deals.source_file || ':' || deals.source_row as source_row
        from fct_opportunities as deals
        inner join fct_segment_subjects as segments
            on segments.subject_type = 'opportunity' and deals.opportunity_id = segments.subject_id
        where
            segments.segment_type = $segment_type and segments.segment_id = $segment_id
            and deals.{dated_by} between $start and $end
        order by all
        """,  # noqa: S608 (our own names)
        segment.parameters | period.parameters,
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
            HOW[definition],
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
