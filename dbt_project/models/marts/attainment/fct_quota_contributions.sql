-- The assigned quotas that each quota is made of: its own ones, or those of its members.
{% set figure = 'assignee_type, assignee_id, metric, period_type, period_start' %}
{% set part = 'own_period_type, own_period_start, in_force_from, working_days, part_amount, days_without_amount' %}

with

own_parts as (
    select * from {{ ref('int_quota_parts_summed') }}
),

members as (
    select * from {{ ref('int_quota_members_expanded') }}
    where not is_missing
),

plans as (
    select * from {{ ref('int_quota_plan_history') }}
    where superseded_at is null
),

figures_with_own_parts as (
    select distinct {{ figure }} from own_parts
),

made_of as (
    select
        {{ figure }},
        assignee_type as assigned_to_type,
        assignee_id as assigned_to_id,
        {{ part }}
    from own_parts
    union all
    select
        {{ figure }},
        members.member_type as assigned_to_type,
        members.member_id as assigned_to_id,
        {{ part }}
    from members
    left join figures_with_own_parts as own using ({{ figure }})
    where own.assignee_id is null
),

-- the teams of a rep on those days no longer matter
summed as (
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        assigned_to_type,
        assigned_to_id,
        own_period_type,
        own_period_start,
        in_force_from,
        cast(sum(working_days) as bigint) as working_days,
        case when sum(days_without_amount) = 0 then sum(part_amount) end as contributed_amount
    from made_of
    group by
        assignee_type, assignee_id, metric, period_type, period_start, assigned_to_type, assigned_to_id, own_period_type,
        own_period_start, in_force_from
),

final as (
    select
        cast(summed.assignee_type as varchar) as assignee_type,
        cast(summed.assignee_id as varchar) as assignee_id,
        cast(summed.metric as varchar) as metric,
        cast(summed.period_type as varchar) as period_type,
        summed.period_start,
        periods.is_complete,
        coalesce(teams.is_leaf_team, false) as is_leaf_team,
        cast(summed.assigned_to_type as varchar) as assigned_to_type,
        cast(summed.assigned_to_id as varchar) as assigned_to_id,
        cast(summed.own_period_type as varchar) as assigned_period_type,
        summed.own_period_start as assigned_period_start,
        summed.in_force_from as effective_from,
        plans.target_amount,
        cast(plans.currency as varchar) as currency,
        summed.working_days,
        cast(summed.contributed_amount as decimal(38, 12)) as contributed_amount,
        cast(plans.source_key as varchar) as source_key,
        cast(plans.source_file as varchar) as source_file,
        cast(plans.source_row as bigint) as source_row
    from summed
    inner join plans
        on
            summed.assigned_to_type = plans.assignee_type
            and summed.assigned_to_id = plans.assignee_id
            and summed.metric = plans.metric
            and summed.own_period_type = plans.period_type
            and summed.own_period_start = plans.period_start
            and summed.in_force_from = plans.in_force_from
    inner join {{ ref('int_period_dates_expanded') }} as periods
        on summed.period_type = periods.period_type and summed.period_start = periods.date_day
    left join {{ ref('dim_teams') }} as teams on summed.assignee_type = 'team' and summed.assignee_id = teams.team_id
)

select * from final
