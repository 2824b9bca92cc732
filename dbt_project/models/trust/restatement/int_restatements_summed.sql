-- The changes of records, summed by assignee, and how many records changed: a team holds those of its reps and of the teams below it, and
-- what passed from one of them to another changed nothing of the team's.
with

moved as (
    select * from {{ ref('fct_restated_records') }}
),

by_assignee as (
    select
        'rep' as assignee_type,
        rep_id as assignee_id,
        metric,
        object_id,
        period_type,
        period_start,
        period_end,
        days_after,
        change_amount
    from moved
    union all
    select
        'team' as assignee_type,
        ancestors.ancestor_team_id as assignee_id,
        moved.metric,
        moved.object_id,
        moved.period_type,
        moved.period_start,
        moved.period_end,
        moved.days_after,
        moved.change_amount
    from moved
    inner join {{ ref('dim_team_ancestors') }} as ancestors on moved.team_id = ancestors.team_id
    union all
    select
        'company' as assignee_type,
        'company' as assignee_id,
        metric,
        object_id,
        period_type,
        period_start,
        period_end,
        days_after,
        change_amount
    from moved
),

by_record as (
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        period_end,
        days_after,
        object_id,
        sum(change_amount) as change_amount
    from by_assignee
    group by assignee_type, assignee_id, metric, period_type, period_start, period_end, days_after, object_id
),

final as (
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        period_end,
        days_after,
        cast(sum(change_amount) as decimal(28, 10)) as restated_amount,
        count(case when change_amount <> 0 then 1 end) as restated_record_count
    from by_record
    group by assignee_type, assignee_id, metric, period_type, period_start, period_end, days_after
)

select * from final
