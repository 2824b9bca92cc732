-- Every credit of every metric, from when to when it was known so: the one place where actuals come from. At the end of a day those count that
-- were known by then; known_to is null for what is known today. The team is the rep's on the day for which it is credited.
with

leads_and_activities as (
    select
        'leads_qualified' as metric,
        owner_id as rep_id,
        qualified_on as credited_on,
        source,
        'lead' as object,
        lead_id as object_id,
        known_from,
        known_to
    from {{ ref('int_lead_history') }}
    where exclusion_reason is null and qualified_on is not null
    union all
    select
        metric,
        rep_id,
        credited_on,
        source,
        'activity' as object,
        activity_id as object_id,
        known_from,
        known_to
    from {{ ref('int_activity_credit_history') }}
),

unioned as (
    select * from {{ ref('int_deal_metric_credits') }}
    union all
    select
        credited.metric,
        credited.rep_id,
        memberships.team_id,
        credited.credited_on,
        cast(1 as decimal(28, 10)) as amount,
        credited.source,
        credited.object,
        credited.object_id,
        credited.known_from,
        credited.known_to
    from leads_and_activities as credited
    left join {{ ref('int_team_memberships') }} as memberships
        on
            credited.rep_id = memberships.rep_id
            and credited.credited_on between memberships.valid_from and memberships.valid_to
),

with_previous as (
    select
        *,
        lag(known_to) over credit as previous_known_to
    from unioned
    window credit as (
        partition by metric, object, object_id, rep_id, team_id, credited_on, amount, source
        order by known_from
    )
),

-- successive intervals with the same credit are one
numbered as (
    select
        *,
        sum(case when previous_known_to = known_from then 0 else 1 end) over (
            partition by metric, object, object_id, rep_id, team_id, credited_on, amount, source
            order by known_from
            rows between unbounded preceding and current row
        ) as interval_number
    from with_previous
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
        min(known_from) as known_from,
        case when count(known_to) = count(*) then max(known_to) end as known_to
    from numbered
    group by metric, rep_id, team_id, credited_on, amount, source, object, object_id, interval_number
)

select * from final
