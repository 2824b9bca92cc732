with

contributions as (
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        case
            when count(contributed_amount) = count(*)
                then {{ rounded_quota('sum(contributed_amount)') }}
        end as contributed_amount
    from {{ ref('fct_quota_contributions') }}
    group by assignee_type, assignee_id, metric, period_type, period_start
)

select
    attainment.assignee_type,
    attainment.assignee_id,
    attainment.metric,
    attainment.period_type,
    attainment.period_start,
    attainment.quota_amount,
    contributions.contributed_amount
from {{ ref('mart_quota_attainment') }} as attainment
left join contributions
    on attainment.assignee_type = contributions.assignee_type
        and attainment.assignee_id = contributions.assignee_id
        and attainment.metric = contributions.metric
        and attainment.period_type = contributions.period_type
        and attainment.period_start = contributions.period_start
-- a quota of 0 may consist only of days before the first effective_from, which have no row in the register
where coalesce(attainment.quota_amount, 0) <> coalesce(contributions.contributed_amount, 0)
