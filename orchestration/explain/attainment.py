"""Quota attainment, opened into what the assignee was credited with and the quota rows of the plan."""

from typing import Any

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.explain.exclusions import exclusion_listings
from orchestration.explain.explanation import Explanation, Listing, Total
from orchestration.explain.published import Period, Segment, find_period, find_segment, row_of

OBJECTS = {
    "pipeline_created": ("opportunity",),
    "units_sold": ("opportunity", "opportunity_split", "opportunity_line"),
    "leads_qualified": ("lead",),
    **dict.fromkeys(("revenue_won", "deals_won", "new_customers"), ("opportunity", "opportunity_split")),
    **dict.fromkeys(("calls", "emails", "meetings", "proposals"), ("activity",)),
}
"""The objects whose rows can be missing from each metric."""

CREDITS = """
    select
        credits.credited_on,
        credits.object_id,
        credits.rep_id,
        shares.share,
        deals.amount as deal_amount,
        deals.currency,
        credits.amount as credited,
        coalesce(
            deals.source_file || ':' || deals.source_row,
            leads.source_file || ':' || leads.source_row,
            activities.source_file || ':' || activities.source_row
        ) as source_row
    from fct_metric_credits as credits
    left join fct_opportunities as deals
        on credits.object = 'opportunity' and credits.object_id = deals.opportunity_id
    left join fct_leads as leads
        on credits.object = 'lead' and credits.object_id = leads.lead_id
    left join fct_activities as activities
        on credits.object = 'activity' and credits.object_id = activities.activity_id
    left join fct_credits as shares
        on credits.metric <> 'pipeline_created' and credits.object = 'opportunity'
        and credits.object_id = shares.opportunity_id and credits.rep_id = shares.rep_id
    where
        credits.metric = $metric
        and credits.credited_on between $start and $end
        and (
            $segment_type = 'company'
            or ($segment_type = 'rep' and credits.rep_id = $segment_id)
            or ($segment_type = 'team' and credits.team_id in (
                select team_id from dim_team_ancestors where ancestor_team_id = $segment_id
            ))
        )
    order by all
"""


def explain_attainment(
    connection: duckdb.DuckDBPyConnection, assignee: str, period_text: str, metric: str
) -> Explanation:
    """The attainment of one assignee, metric and period."""
    if metric not in OBJECTS:
        raise ConfigurationError(f"'{metric}' is no metric with actuals; write one of {', '.join(OBJECTS)}.")
    segment = find_segment(connection, assignee)
    period = find_period(connection, period_text)
    figures = row_of(
        connection,
        """
        select
            quota_amount, quota_source, is_partial_quota, actual_amount, attainment_ratio, gap_amount, is_complete,
            collection_status, comparability, comparability_reasons
        from mart_quota_attainment
        where assignee_type = ? and assignee_id = ? and metric = ? and period_type = ? and period_start = ?
        """,
        [segment.type, segment.id, metric, period.type, period.start],
    )
    if figures is None:
        raise ConfigurationError(
            f"{segment.name} has neither a quota nor an actual for {metric} in {period_text}: "
            "mart_quota_attainment has no such row."
        )
    return Explanation(
        subject={
            "metric": metric,
            **{"assignee_type": segment.type, "assignee_id": segment.id, "assignee_name": segment.name},
            **{"period_type": period.type, "period_start": period.start, "period_end": period.end},
        },
        figures=figures,
        how=[
            "actual_amount is the sum of what is credited in the period, rounded to the cent once, last."
            if figures["actual_amount"] is not None
            else "actual_amount is null: no source recorded this metric here in the period.",
            "attainment_ratio = actual_amount / quota_amount; null where there is no whole quota, or it is 0.",
        ],
        listings=[
            _credited(connection, segment, period, metric, figures),
            *exclusion_listings(
                connection,
                segment,
                period,
                metrics=[metric],
                objects=OBJECTS[metric],
                dated_by="created_on" if metric == "pipeline_created" else "closed_on",
            ),
        ],
    )


def _credited(
    connection: duckdb.DuckDBPyConnection, segment: Segment, period: Period, metric: str, figures: dict[str, Any]
) -> Listing:
    rows = connection.execute(
        CREDITS,
        {
            **{"metric": metric, "start": period.start, "end": period.end},
            **{"segment_type": segment.type, "segment_id": segment.id},
        },
    )
    columns = tuple(column[0] for column in rows.description or ())
    return Listing(
        "Credited",
        columns,
        rows.fetchall(),
        (Total("actual_amount", "credited", figures["actual_amount"]),),
    )
