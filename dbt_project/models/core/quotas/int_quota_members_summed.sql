-- What the members of a team, or of the company, are assigned together. A day without a rate makes the sum unknown.
with

members as (
    select * from {{ ref('int_quota_members_expanded') }}
),

final as (
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        case when sum(days_without_amount) = 0 then sum(part_amount) end as members_amount,
        max(case when is_partial then 1 else 0 end) = 1 as has_partial_members
    from members
    group by assignee_type, assignee_id, metric, period_type, period_start
)

select * from final
