-- The assigned quotas that each quota is made of: its own ones, or those of its members.
with

quotas as (
    select * from {{ ref('int_quotas_rolled_up') }}
),

parts as (
    select * from {{ ref('int_quota_parts_summed') }}
),

members as (
    select * from {{ ref('int_quota_members_expanded') }}
),

plans as (
    select * from {{ ref('int_quota_plans_dated') }}
    where superseded_at is null
),

made_of as (
    {% for rows, assignee, condition in [
        ('parts', 'holder', "quotas.quota_source <> 'rolled_up_members'"),
        ('members', 'assignee', "quotas.quota_source = 'rolled_up_members'"),
    ] -%}
    select
        quotas.assignee_type,
        quotas.assignee_id,
        quotas.metric,
        quotas.period_type,
        quotas.period_start,
        {{ rows }}.holder_type,
        {{ rows }}.holder_id,
        {{ rows }}.own_period_type,
        {{ rows }}.own_period_start,
        {{ rows }}.in_force_from,
        {{ rows }}.working_days,
        {{ rows }}.part_amount,
        {{ rows }}.days_without_amount
    from quotas
    inner join {{ rows }}
        on
            {{ condition }}
            and quotas.assignee_type = {{ rows }}.{{ assignee }}_type
            and quotas.assignee_id = {{ rows }}.{{ assignee }}_id
            and quotas.metric = {{ rows }}.metric
            and quotas.period_type = {{ rows }}.period_type
            and quotas.period_start = {{ rows }}.period_start
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

-- by the rep's teams of those days no longer
summed as (
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        holder_type,
        holder_id,
        own_period_type,
        own_period_start,
        in_force_from,
        cast(sum(working_days) as bigint) as working_days,
        case when sum(days_without_amount) = 0 then sum(part_amount) end as contributed_amount
    from made_of
    group by
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        holder_type,
        holder_id,
        own_period_type,
        own_period_start,
        in_force_from
),

final as (
    select
        cast(summed.assignee_type as varchar) as assignee_type,
        cast(summed.assignee_id as varchar) as assignee_id,
        cast(summed.metric as varchar) as metric,
        cast(summed.period_type as varchar) as period_type,
        summed.period_start,
        cast(summed.holder_type as varchar) as assigned_to_type,
        cast(summed.holder_id as varchar) as assigned_to_id,
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
            summed.holder_type = plans.assignee_type
            and summed.holder_id = plans.assignee_id
            and summed.metric = plans.metric
            and summed.own_period_type = plans.period_type
            and summed.own_period_start = plans.period_start
            and summed.in_force_from = plans.in_force_from
)

select * from final
