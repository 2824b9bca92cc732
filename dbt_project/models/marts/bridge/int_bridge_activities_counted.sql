-- Activities by the old and by the new definition of each bridged change of types, over its overlap, for those whom the change touches. By the
-- old one, what was renamed counts for nothing, and what came beside the old type is a part of it.
with

bridges as (
    select * from {{ ref('int_value_bridges_judged') }}
    where field = 'activity_type' and label_bridged is not null
),

breaks as (
    select * from {{ ref('collection_break') }}
),

periods as (
    select * from {{ ref('int_bridge_periods_listed') }}
),

activities as (
    select * from {{ ref('int_activities_validated') }}
    where exclusion_reason is null
),

rep_teams as (
    select * from {{ ref('int_rep_teams_dated') }}
),

ancestors as (
    select * from {{ ref('int_team_ancestors_expanded') }}
),

touches as (
    select * from {{ ref('int_affected_figures') }}
    where pipeline = ''
),

actuals as (
    select * from {{ ref('int_metric_actuals') }}
),

relabelled as (
    select
        bridges.change_id as break_id,
        activities.rep_id,
        rep_teams.team_id,
        activities.occurred_on,
        {{ metric_of_activity('activities.activity_type') }} as new_metric,
        case when bridges.rule_kind = 'inserted' then {{ metric_of_activity('bridges.old_value') }} end as old_metric
    from bridges
    inner join breaks on bridges.change_id = breaks.break_id
    inner join activities
        on
            bridges.source = activities.source
            and bridges.label_bridged = activities.source_activity_type
    left join rep_teams
        on
            activities.rep_id = rep_teams.rep_id
            and activities.occurred_on between rep_teams.valid_from and rep_teams.valid_to
    left join ancestors
        on
            rep_teams.team_id = ancestors.team_id
            and breaks.population = 'team:' || ancestors.ancestor_team_id
    where breaks.population = 'all' or ancestors.team_id is not null
),

-- what the old definition lacks of the new one, and what it has instead
differences as (
    select
        break_id,
        rep_id,
        team_id,
        occurred_on,
        new_metric as metric,
        -1 as difference
    from relabelled
    where new_metric is not null
    union all
    select
        break_id,
        rep_id,
        team_id,
        occurred_on,
        old_metric as metric,
        1 as difference
    from relabelled
    where old_metric is not null
),

by_segment as (
    select
        *,
        'company' as segment_type,
        'company' as segment_id
    from differences
    union all
    select
        *,
        'rep' as segment_type,
        rep_id as segment_id
    from differences
    union all
    select
        differences.*,
        'team' as segment_type,
        ancestors.ancestor_team_id as segment_id
    from differences
    inner join ancestors on differences.team_id = ancestors.team_id
),

summed as (
    select
        by_segment.break_id,
        by_segment.metric,
        by_segment.segment_type,
        by_segment.segment_id,
        periods.period_type,
        periods.period_start,
        sum(by_segment.difference) as difference
    from by_segment
    inner join periods
        on
            by_segment.break_id = periods.break_id
            and by_segment.occurred_on between periods.period_start and periods.period_end
    group by
        by_segment.break_id,
        by_segment.metric,
        by_segment.segment_type,
        by_segment.segment_id,
        periods.period_type,
        periods.period_start
),

metrics_concerned as (
    select distinct
        break_id,
        metric
    from differences
),

final as (
    select
        metrics_concerned.break_id,
        metrics_concerned.metric,
        touches.segment_type,
        touches.segment_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.overlap,
        cast(coalesce(actuals.actual_amount, 0) + coalesce(summed.difference, 0) as bigint) as old_count,
        cast(coalesce(actuals.actual_amount, 0) as bigint) as new_count
    from metrics_concerned
    inner join periods on metrics_concerned.break_id = periods.break_id
    inner join touches
        on
            metrics_concerned.break_id = touches.break_id
            and metrics_concerned.metric = touches.metric
    left join actuals
        on
            touches.segment_type = actuals.assignee_type
            and touches.segment_id = actuals.assignee_id
            and metrics_concerned.metric = actuals.metric
            and periods.period_type = actuals.period_type
            and periods.period_start = actuals.period_start
    left join summed
        on
            metrics_concerned.break_id = summed.break_id
            and metrics_concerned.metric = summed.metric
            and touches.segment_type = summed.segment_type
            and touches.segment_id = summed.segment_id
            and periods.period_type = summed.period_type
            and periods.period_start = summed.period_start
    where actuals.actual_amount is not null or summed.difference is not null
)

select * from final
