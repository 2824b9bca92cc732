"""Quota attainment, opened into what the assignee was credited with and the quota rows of the plan."""

from decimal import Decimal

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.explain.exclusions import exclusion_listings
from orchestration.explain.explanation import CENT, Explanation, Total, list_rows
from orchestration.explain.published import Period, Segment, row_of
from orchestration.registries import metrics_with_quotas, registry

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
        on $is_split and credits.object = 'opportunity'
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


QUOTA_ROWS = """
    select
        assigned_to_type, assigned_to_id, assigned_period_type, assigned_period_start, effective_from, target_amount,
        currency, working_days, contributed_amount as contributed, source_file || ':' || source_row as source_row
    from fct_quota_contributions
    where
        metric = $metric and assignee_type = $segment_type and assignee_id = $segment_id
        and period_type = $period_type and period_start = $start
    order by all
"""

# by the team of today, which is published; a team with a quota of its own needs none of its reps
WITHOUT_QUOTA = """
    with covered as (
        select assigned_to_id from fct_quota_contributions
        where
            metric = $metric and assignee_type = $segment_type and assignee_id = $segment_id
            and period_type = $period_type and period_start = $start
    )
    select
        rep_id, rep_name, team_id, hired_on, ended_on,
        case
            when hired_on is null then 'a quota, or hired_on if the rep joined later'
            else 'a quota for the whole period'
        end as to_deliver
    from dim_reps
    where
        rep_id <> 'unassigned'
        and ($segment_type = 'company' or rep_id = $segment_id or team_id in (
            select team_id from dim_team_ancestors where ancestor_team_id = $segment_id
        ))
        and coalesce(hired_on <= $end, true)
        and coalesce(ended_on >= $start, true)
        and rep_id not in (from covered)
        and coalesce(team_id, '') not in (
            select team_id from dim_team_ancestors where ancestor_team_id in (from covered)
        )
    order by all
"""

# first to six digits, so that thirds of a day add up to the half cent that they are
ROUNDED_AS_QUOTAS = (Decimal("0.000001"), CENT)

HOW_QUOTA = {
    None: "There is no quota: quota_amount is null.",
    "assigned": "quota_amount is assigned for this period, by the working days on which each amount is in force.",
    "rolled_up_periods": "quota_amount is the sum of the quotas assigned for shorter periods inside this one.",
    "rolled_up_members": "quota_amount is the sum of the members' quotas, by the day.",
    "spread": "quota_amount is a longer period's quota, spread by working days.",
}


def explain_attainment(
    connection: duckdb.DuckDBPyConnection, segment: Segment, period: Period, metric: str
) -> Explanation:
    """The attainment of one assignee, metric and period."""
    metrics = metrics_with_quotas()
    if metric not in metrics:
        raise ConfigurationError(f"'{metric}' is not a metric with actuals; write one of {', '.join(metrics)}.")
    is_split = metrics[metric]["is_split"] == "true"
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
            f"{segment.name} has neither a quota nor an actual for {metric} in the {period}: "
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
            HOW_QUOTA[figures["quota_source"]],
            "actual_amount is the sum of what is credited in the period, rounded to the cent once, at the end."
            if figures["actual_amount"] is not None
            else "actual_amount is null: no source recorded this metric here in the period.",
            "attainment_ratio = actual_amount / quota_amount; null where there is no complete quota, or it is 0.",
            *(
                ["The quota is partial: a member, listed below, or a shorter period has none."]
                if figures["is_partial_quota"]
                else []
            ),
        ],
        listings=[
            list_rows(
                connection,
                "Quota rows",
                QUOTA_ROWS,
                {"metric": metric, "period_type": period.type, "start": period.start} | segment.parameters,
                (Total("quota_amount", "contributed", figures["quota_amount"], ROUNDED_AS_QUOTAS),),
            ),
            *(
                [
                    list_rows(
                        connection,
                        "Members without a quota",
                        WITHOUT_QUOTA,
                        {"metric": metric, "period_type": period.type} | segment.parameters | period.parameters,
                    )
                ]
                if figures["is_partial_quota"]
                else []
            ),
            list_rows(
                connection,
                "Credited",
                CREDITS,
                {"metric": metric, "is_split": is_split} | segment.parameters | period.parameters,
                (Total("actual_amount", "credited", figures["actual_amount"]),),
            ),
            *exclusion_listings(
                connection,
                segment,
                period,
                metrics=[metric],
                objects=[*_objects(metric), *(["opportunity_split"] if is_split else []), "quota"],
                dated_by="created_on" if metrics[metric]["dated_by"] == "created_on" else "closed_on",
            ),
        ],
    )


def _objects(metric: str) -> list[str]:
    """The objects that the metric is counted from: a row of them that is missing can be missing from it."""
    return sorted({row["object"] for row in registry("metric_fields") if row["metric"] == metric})
