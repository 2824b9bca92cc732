-- The quota of each assignee and period: its own, else that of its shorter periods, else its longer one spread, else its
-- members'. Rounded once, last.
with

parts as (
    select * from {{ ref('int_quota_parts_summed') }}
),

members as (
    select * from {{ ref('int_quota_members_summed') }}
),

members_missing as (
    select * from {{ ref('int_quota_members_missing') }}
),

own as (
    select
        holder_type as assignee_type,
        holder_id as assignee_id,
        metric,
        period_type,
        period_start,
        quota_source,
        is_partial,
        case when sum(days_without_amount) = 0 then sum(part_amount) end as own_amount
    from parts
    group by holder_type, holder_id, metric, period_type, period_start, quota_source, is_partial
),

final as (
    select
        coalesce(own.assignee_type, members.assignee_type) as assignee_type,
        coalesce(own.assignee_id, members.assignee_id) as assignee_id,
        coalesce(own.metric, members.metric) as metric,
        coalesce(own.period_type, members.period_type) as period_type,
        coalesce(own.period_start, members.period_start) as period_start,
        {{ rounded_quota(
            'case when own.assignee_id is not null then own.own_amount else members.members_amount end'
        ) }} as quota_amount,
        coalesce(own.quota_source, 'rolled_up_members') as quota_source,
        case
            when own.assignee_id is not null then own.is_partial
            else members.has_partial_members or members_missing.assignee_id is not null
        end as is_partial_quota,
        case
            when own.own_amount <> 0
                then round(cast(members.members_amount as double) / cast(own.own_amount as double), 12)
        end as over_assignment_ratio
    from own
    full outer join members
        on
            own.assignee_type = members.assignee_type
            and own.assignee_id = members.assignee_id
            and own.metric = members.metric
            and own.period_type = members.period_type
            and own.period_start = members.period_start
    left join members_missing
        on
            members.assignee_type = members_missing.assignee_type
            and members.assignee_id = members_missing.assignee_id
            and members.metric = members_missing.metric
            and members.period_type = members_missing.period_type
            and members.period_start = members_missing.period_start
)

select * from final
