-- Activities by the old and by the new definition of each bridged change of types, for the segments that the change affects. The old
-- definition does not count a renamed type, and counts an inserted one as the type that it was a part of.
with

bridges as (
    select
        bridges.*,
        changes.population
    from {{ ref('int_value_bridges') }} as bridges
    inner join {{ ref('int_collection_changes_validated') }} as changes using (change_id)
    where bridges.field = 'activity_type' and bridges.label_bridged is not null and changes.exclusion_reason is null
),

activities as (
    select * from {{ ref('int_activity_history') }}
    where exclusion_reason is null and known_to is null
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
    where actual_amount is not null
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
        on bridges.source = activities.source and bridges.label_bridged = {{ folded('activities.source_activity_type') }}
    left join {{ ref('int_team_memberships') }} as rep_teams
        on activities.rep_id = rep_teams.rep_id and activities.occurred_on between rep_teams.valid_from and rep_teams.valid_to
    left join ancestors
        on rep_teams.team_id = ancestors.team_id and bridges.population = 'team:' || ancestors.ancestor_team_id
    where bridges.population = 'all' or ancestors.team_id is not null
),

-- what the old definition does not count and the new one does, and what it counts instead
differences as (
    select
        *,
        new_metric as metric,
        -1 as difference
    from relabelled
    union all
    select
        *,
        old_metric as metric,
        1 as difference
    from relabelled
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
    inner join ancestors using (team_id)
),

changed_metrics as (
    select distinct
        break_id,
        metric
    from differences
),

counts as (
    select
        break_id,
        affected.metric,
        affected.segment_type,
        affected.segment_id,
        actuals.period_type,
        actuals.period_start,
        actuals.actual_amount as old_count,
        actuals.actual_amount as new_count
    from changed_metrics
    inner join affected using (break_id, metric)
    inner join actuals
        on
            affected.segment_type = actuals.assignee_type
            and affected.segment_id = actuals.assignee_id
            and affected.metric = actuals.metric
    union all
    select
        break_id,
        metric,
        segment_type,
        segment_id,
        period_dates.period_type,
        period_dates.period_start,
        by_segment.difference as old_count,
        0 as new_count
    from by_segment
    inner join affected using (break_id, metric, segment_type, segment_id)
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on by_segment.occurred_on = period_dates.date_day
),

final as (
    select
        break_id,
        metric,
        segment_type,
        segment_id,
        period_type,
        period_start,
        cast(sum(old_count) as bigint) as old_count,
        cast(sum(new_count) as bigint) as new_count
    from counts
    group by break_id, metric, segment_type, segment_id, period_type, period_start
)

select * from final
