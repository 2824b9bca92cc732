-- The quota of each assignee and period: its own, else that of its shorter periods, else its longer one spread, else its
-- members'. It is rounded once, at the end.
{% set figure = 'assignee_type, assignee_id, metric, period_type, period_start' %}

with

own as (
    select
        {{ figure }},
        quota_source,
        is_partial,
        case when sum(days_without_amount) = 0 then sum(part_amount) end as own_amount
    from {{ ref('int_quota_parts_summed') }}
    group by assignee_type, assignee_id, metric, period_type, period_start, quota_source, is_partial
),

-- a day without a rate makes the sum unknown; members without a quota make it partial, and have no sum themselves
members as (
    select
        {{ figure }},
        case when sum(days_without_amount) = 0 then sum(part_amount) end as members_amount,
        bool_or(is_partial or is_missing) as has_partial_members
    from {{ ref('int_quota_members_expanded') }}
    group by assignee_type, assignee_id, metric, period_type, period_start
    having not bool_and(is_missing)
),

final as (
    select
        {{ figure }},
        {{ rounded_quota(
            'case when own.quota_source is null then members.members_amount else own.own_amount end'
        ) }} as quota_amount,
        coalesce(own.quota_source, 'rolled_up_members') as quota_source,
        coalesce(own.is_partial, members.has_partial_members) as is_partial_quota,
        case
            when own.own_amount <> 0
                then round(cast(members.members_amount as double) / cast(own.own_amount as double), 12)
        end as over_assignment_ratio
    from own
    full outer join members using (assignee_type, assignee_id, metric, period_type, period_start)
)

select * from final
