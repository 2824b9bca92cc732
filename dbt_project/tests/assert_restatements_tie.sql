with

restatements as (
    select * from {{ ref('mart_restatement') }}
),

attainments as (
    select * from {{ ref('mart_quota_attainment') }}
),

records as (
    select * from {{ ref('fct_restated_records') }}
),

changes as (
    select 'rep' as assignee_type, rep_id as assignee_id, metric, period_type, period_start, days_after, change_amount
    from records
    union all
    select 'team', ancestors.ancestor_team_id, metric, period_type, period_start, days_after, change_amount
    from records
    inner join {{ ref('dim_team_ancestors') }} as ancestors on records.team_id = ancestors.team_id
    union all
    select 'company', 'company', metric, period_type, period_start, days_after, change_amount
    from records
),

summed as (
    select assignee_type, assignee_id, metric, period_type, period_start, days_after, sum(change_amount) as change_amount
    from changes
    group by assignee_type, assignee_id, metric, period_type, period_start, days_after
)

select
    restatements.assignee_type,
    restatements.assignee_id,
    restatements.metric,
    restatements.period_type,
    restatements.period_start,
    restatements.days_after,
    restatements.current_amount,
    attainments.actual_amount,
    restatements.restated_amount,
    summed.change_amount
from restatements
left join attainments
    on restatements.assignee_type = attainments.assignee_type
        and restatements.assignee_id = attainments.assignee_id
        and restatements.metric = attainments.metric
        and restatements.period_type = attainments.period_type
        and restatements.period_start = attainments.period_start
full outer join summed
    on restatements.assignee_type = summed.assignee_type
        and restatements.assignee_id = summed.assignee_id
        and restatements.metric = summed.metric
        and restatements.period_type = summed.period_type
        and restatements.period_start = summed.period_start
        and restatements.days_after = summed.days_after
where restatements.assignee_id is null and summed.change_amount <> 0
    or (attainments.assignee_id is not null and restatements.current_amount is distinct from attainments.actual_amount)
    or (restatements.restated_amount is not null and restatements.restated_amount <> coalesce(summed.change_amount, 0))
