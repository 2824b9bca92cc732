-- Every state of every credit that the extracts told: what fct_metric_credits says now, told at every earlier time. At the end of a
-- day those hold that were told by then and not yet untold; told_until is null of what is told now.
with

unioned as (
    select * from {{ ref('int_deal_credits_followed') }}
    union all
    select * from {{ ref('int_lead_credits_followed') }}
    union all
    select * from {{ ref('int_activity_credits_followed') }}
),

followed as (
    select
        *,
        lag(told_until) over credit as previous_told_until
    from unioned
    window credit as (
        partition by metric, object, object_id, rep_id, team_id, credited_on, amount, source
        order by told_from
    )
),

-- what was told anew without a change goes on
numbered as (
    select
        *,
        sum(case when previous_told_until = told_from then 0 else 1 end) over (
            partition by metric, object, object_id, rep_id, team_id, credited_on, amount, source
            order by told_from
            rows between unbounded preceding and current row
        ) as spell
    from followed
),

final as (
    select
        metric,
        rep_id,
        team_id,
        credited_on,
        amount,
        source,
        object,
        object_id,
        min(told_from) as told_from,
        case when count(told_until) = count(*) then max(told_until) end as told_until
    from numbered
    group by metric, rep_id, team_id, credited_on, amount, source, object, object_id, spell
)

select * from final
