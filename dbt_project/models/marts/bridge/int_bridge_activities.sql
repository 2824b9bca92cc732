-- Activities by the old and by the new definition of each bridged change of types, over its overlap, for the segments that the change affects.
-- The old definition does not count a renamed type, and counts an inserted one as the type that it was a part of.
with

bridges as (
    select
        bridges.*,
        changes.population
    from {{ ref('int_value_bridges') }} as bridges
    inner join {{ ref('int_collection_changes_validated') }} as changes on bridges.change_id = changes.change_id
    where bridges.field = 'activity_type' and bridges.label_bridged is not null and changes.exclusion_reason is null
),

periods as (
    select * from {{ ref('int_bridge_periods') }}
),

activities as (
    select * from {{ ref('int_activities_validated') }}
    where exclusion_reason is null
),

rep_teams as (
    select * from {{ ref('int_team_memberships') }}
),

ancestors as (
    select * from {{ ref('dim_team_ancestors') }}
),

affected as (
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
            and bridges.population = 'team:' || ancestors.ancestor_team_id
    where bridges.population = 'all' or ancestors.team_id is not null
),

-- what the old definition does not count and the new one does, and what it counts instead
differences as (
    select
        *,
        new_metric as metric,
        -1 as difference
    from relabelled
    where new_metric is not null
    union all
    select
        *,
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

changed_metrics as (
    select distinct
        break_id,
        metric
    from differences
),

final as (
    select
        changed_metrics.break_id,
        changed_metrics.metric,
        affected.segment_type,
        affected.segment_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.overlap,
        cast(coalesce(actuals.actual_amount, 0) + coalesce(sum(by_segment.difference), 0) as bigint) as old_count,
        cast(coalesce(actuals.actual_amount, 0) as bigint) as new_count
    from changed_metrics
    inner join periods on changed_metrics.break_id = periods.break_id
    inner join affected
        on
            changed_metrics.break_id = affected.break_id
            and changed_metrics.metric = affected.metric
    left join actuals
        on
            affected.segment_type = actuals.assignee_type
            and affected.segment_id = actuals.assignee_id
            and changed_metrics.metric = actuals.metric
            and periods.period_type = actuals.period_type
            and periods.period_start = actuals.period_start
    left join by_segment
        on
            changed_metrics.break_id = by_segment.break_id
            and changed_metrics.metric = by_segment.metric
            and affected.segment_type = by_segment.segment_type
            and affected.segment_id = by_segment.segment_id
            and by_segment.occurred_on between periods.period_start and periods.period_end
    where actuals.actual_amount is not null or by_segment.difference is not null
    group by
        changed_metrics.break_id,
        changed_metrics.metric,
        affected.segment_type,
        affected.segment_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.overlap,
        actuals.actual_amount
)

select * from final
