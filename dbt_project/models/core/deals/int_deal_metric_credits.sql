-- The credits of each deal by rep and metric of deals, with the days on which they were known. The first won deal of an account may
-- change when another deal is delivered.
with

credits as (
    select * from {{ ref('int_credit_history') }}
),

units as (
    select
        opportunity_id,
        known_from,
        sum(quantity) as quantity
    from {{ ref('int_opportunity_parts') }}
    where part = 'line' and exclusion_reason is null and quantity is not null
    group by opportunity_id, known_from
),

intervals_of_accounts as (
    {{ intervals_between('credits', 'account_id', ['known_from', 'known_to']) }}
),

-- all credits of a deal have its close date, so that the first deal's credits rank 1 together
customers as (
    select
        intervals_of_accounts.known_from as customer_from,
        intervals_of_accounts.known_to as customer_to,
        credits.*,
        dense_rank() over (
            partition by credits.account_id, intervals_of_accounts.known_from
            order by credits.closed_on asc, credits.opportunity_id asc
        ) as position_in_account
    from intervals_of_accounts
    inner join credits
        on
            intervals_of_accounts.account_id = credits.account_id
            and {{ is_known_on('credits', 'intervals_of_accounts.known_from', 'known_from', 'known_to') }}
),

pipeline_created as (
    select
        opportunities.*,
        memberships.team_id
    from {{ ref('int_opportunity_history') }} as opportunities
    left join {{ ref('int_team_memberships') }} as memberships
        on
            opportunities.creator_id = memberships.rep_id
            and opportunities.created_on between memberships.valid_from and memberships.valid_to
    where opportunities.created_on is not null
),

credited as (
    select
        'revenue_won' as metric,
        rep_id,
        team_id,
        closed_on as credited_on,
        credited_amount as amount,
        source,
        opportunity_id,
        known_from,
        known_to
    from credits
    union all
    select
        'deals_won' as metric,
        rep_id,
        team_id,
        closed_on as credited_on,
        share as amount,
        source,
        opportunity_id,
        known_from,
        known_to
    from credits
    union all
    select
        'new_customers' as metric,
        rep_id,
        team_id,
        closed_on as credited_on,
        share as amount,
        source,
        opportunity_id,
        customer_from as known_from,
        customer_to as known_to
    from customers
    where position_in_account = 1
    union all
    select
        'units_sold' as metric,
        credits.rep_id,
        credits.team_id,
        credits.closed_on as credited_on,
        units.quantity * credits.share as amount,
        credits.source,
        credits.opportunity_id,
        credits.known_from,
        credits.known_to
    from credits
    inner join units
        on
            credits.opportunity_id = units.opportunity_id
            and credits.known_from = units.known_from
    union all
    select
        'pipeline_created' as metric,
        creator_id as rep_id,
        team_id,
        created_on as credited_on,
        amount_created as amount,
        source,
        opportunity_id,
        known_from,
        known_to
    from pipeline_created
),

final as (
    select
        metric,
        rep_id,
        team_id,
        credited_on,
        cast(amount as decimal(28, 10)) as amount,
        source,
        'opportunity' as object,
        opportunity_id as object_id,
        known_from,
        known_to
    from credited
    where amount is not null
)

select * from final
