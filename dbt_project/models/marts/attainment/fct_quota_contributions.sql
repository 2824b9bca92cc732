-- The assigned quotas that each quota is made of: its own ones, or those of its members.
with

quotas as (
    select * from {{ ref('int_quotas_rolled_up') }}
),

members as (
    select * from {{ ref('int_quota_members_expanded') }}
    where not is_missing
),

plans as (
    select * from {{ ref('int_quota_plan_history') }}
    where superseded_at is null
),

made_of as (
    select
        quotas.assignee_type,
        quotas.assignee_id,
        quotas.metric,
        quotas.period_type,
        quotas.period_start,
        parts.assignee_type as assigned_to_type,
        parts.assignee_id as assigned_to_id,
        parts.own_period_type,
        parts.own_period_start,
        parts.in_force_from,
        parts.working_days,
        parts.part_amount,
        parts.days_without_amount
    from quotas
    inner join {{ ref('int_quota_parts_summed') }} as parts
        on
            quotas.quota_source <> 'rolled_up_members'
            and quotas.assignee_type = parts.assignee_type
            and quotas.assignee_id = parts.assignee_id
            and quotas.metric = parts.metric
            and quotas.period_type = parts.period_type
            and quotas.period_start = parts.period_start
    union all
    select
        quotas.assignee_type,
        quotas.assignee_id,
        quotas.metric,
        quotas.period_type,
        quotas.period_start,
        members.member_type as assigned_to_type,
        members.member_id as assigned_to_id,
        members.own_period_type,
        members.own_period_start,
        members.in_force_from,
        members.working_days,
        members.part_amount,
        members.days_without_amount
    from quotas
    inner join members
        on
            quotas.quota_source = 'rolled_up_members'
            and quotas.assignee_type = members.assignee_type
            and quotas.assignee_id = members.assignee_id
            and quotas.metric = members.metric
            and quotas.period_type = members.period_type
            and quotas.period_start = members.period_start
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
