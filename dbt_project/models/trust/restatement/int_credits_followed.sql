-- Every state of every credit that the extracts told: what int_metric_amounts_credited says now, told at every earlier time. At the end of a
-- day those hold that were told by then and not yet untold; known_to is null of what is told now.
with

leads as (
    select
        *,
        'leads_qualified' as metric
    from {{ ref('int_lead_history') }}
    where exclusion_reason is null and qualified_on is not null
),

memberships as (
    select * from {{ ref('int_team_memberships_dated') }}
),

unioned as (
    select * from {{ ref('int_deal_metric_credits') }}
    union all
    {{ single_credits('leads', 'lead', 'owner_id', 'qualified_on', told=true) }}
    union all
    select * from {{ ref('int_activity_credits_followed') }}
),

followed as (
    select
        *,
        lag(known_to) over credit as previous_told_until
    from unioned
    window credit as (
        partition by metric, object, object_id, rep_id, team_id, credited_on, amount, source
        order by known_from
    )
),

-- what was told anew without a change goes on
numbered as (
    select
        *,
        sum(case when previous_told_until = known_from then 0 else 1 end) over (
            partition by metric, object, object_id, rep_id, team_id, credited_on, amount, source
            order by known_from
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
        min(known_from) as known_from,
        case when count(known_to) = count(*) then max(known_to) end as known_to
    from numbered
    group by metric, rep_id, team_id, credited_on, amount, source, object, object_id, spell
)

select * from final
