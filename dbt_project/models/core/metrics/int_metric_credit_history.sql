-- Every credit of every metric, from when to when it was known so: the one place where actuals come from. At the end of a day those count that
-- were known by then; known_to is null for what is known today. The team is the rep's on the day for which it is credited.
with

credits as (
    select * from {{ ref('int_credit_history') }}
),

-- which won deal is the first of an account may change when another deal is delivered
account_intervals as (
    {{ intervals_between('credits', 'account_id', ['known_from', 'known_to']) }}
),

-- all credits of a deal have its close date, so that the first deal's credits rank 1 together
credits_in_account as (
    select
        credits.*,
        account_intervals.known_from as known_in_account_from,
        account_intervals.known_to as known_in_account_to,
        dense_rank() over (
            partition by credits.account_id, account_intervals.known_from
            order by credits.closed_on asc, credits.opportunity_id asc
        ) as position_in_account
    from account_intervals
    inner join credits
        on
            account_intervals.account_id = credits.account_id
            and {{ is_known_on('credits', 'account_intervals.known_from', 'known_from', 'known_to') }}
),

credited as (
    select
        metrics.metric,
        credits.rep_id,
        credits.closed_on as credited_on,
        case metrics.metric
            when 'revenue_won' then credits.credited_amount
            when 'deals_won' then credits.share
            when 'units_sold' then credits.credited_units
        end as amount,
        credits.source,
        'opportunity' as object,
        credits.opportunity_id as object_id,
        credits.known_from,
        credits.known_to
    from credits
    cross join {{ ref('metrics') }} as metrics
    union all
    select
        'new_customers' as metric,
        rep_id,
        closed_on as credited_on,
        share as amount,
        source,
        'opportunity' as object,
        opportunity_id as object_id,
        known_in_account_from as known_from,
        known_in_account_to as known_to
    from credits_in_account
    where position_in_account = 1
    union all
    select
        'pipeline_created' as metric,
        creator_id as rep_id,
        created_on as credited_on,
        amount_created as amount,
        source,
        'opportunity' as object,
        opportunity_id as object_id,
        known_from,
        known_to
    from {{ ref('int_opportunity_history') }}
    where created_on is not null
    union all
    select
        'leads_qualified' as metric,
        owner_id as rep_id,
        qualified_on as credited_on,
        1 as amount,
        source,
        'lead' as object,
        lead_id as object_id,
        known_from,
        known_to
    from {{ ref('int_lead_history') }}
    where exclusion_reason is null and qualified_on is not null
    union all
    select
        activity_types.metric,
        activities.rep_id,
        activities.occurred_on as credited_on,
        1 as amount,
        activities.source,
        'activity' as object,
        activities.activity_id as object_id,
        activities.known_from,
        activities.known_to
    from {{ ref('int_activity_history') }} as activities
    inner join {{ ref('activity_types') }} as activity_types on activities.activity_type = activity_types.activity_type
    where activities.exclusion_reason is null and activity_types.metric is not null
),

with_previous as (
    select
        credited.*,
        memberships.team_id,
        lag(credited.known_to) over (
            partition by
                credited.metric, credited.object, credited.object_id, credited.rep_id, memberships.team_id, credited.credited_on,
                credited.amount, credited.source
            order by credited.known_from
        ) as previous_known_to
    from credited
    left join {{ ref('int_team_memberships') }} as memberships
        on credited.rep_id = memberships.rep_id and credited.credited_on between memberships.valid_from and memberships.valid_to
    where credited.amount is not null
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
        cast(amount as decimal(28, 10)) as amount,
        source,
        object,
        object_id,
        min(known_from) as known_from,
        case when count(known_to) = count(*) then max(known_to) end as known_to
    from numbered
    group by metric, rep_id, team_id, credited_on, amount, source, object, object_id, interval_number
)

select * from final
