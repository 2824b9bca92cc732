-- What each rep is credited with, by metric and date: the one place where actuals come from. The team is the rep's on that day.
with

credits as (
    select
        credits.*,
        opportunities.source,
        opportunities.account_id
    from {{ ref('int_credits_computed') }} as credits
    inner join {{ ref('int_opportunities_resolved') }} as opportunities
        on credits.opportunity_id = opportunities.opportunity_id
),

lines as (
    select * from {{ ref('int_opportunity_lines_judged') }}
    where exclusion_reason is null
),

pipeline_created as (
    select * from {{ ref('int_pipeline_created') }}
),

leads as (
    select
        *,
        'leads_qualified' as metric
    from {{ ref('int_leads_judged') }}
    where exclusion_reason is null and qualified_on is not null
),

activities as (
    select
        activities.activity_id,
        activities.source,
        activities.rep_id,
        activities.occurred_on,
        activity_types.metric
    from {{ ref('fct_activities') }} as activities
    inner join {{ ref('activity_types') }} as activity_types on activities.activity_type = activity_types.activity_type
),

memberships as (
    select * from {{ ref('int_team_memberships_dated') }}
),

-- all credits of a deal have its close date, so that the first deal's credits rank 1 together
customers as (
    select
        *,
        dense_rank() over (partition by account_id order by closed_on asc, opportunity_id asc) as position_in_account
    from credits
    where account_id is not null
),

first_customers as (
    select * from customers
    where position_in_account = 1
),

units as (
    select
        opportunity_id,
        sum(quantity) as quantity
    from lines
    where quantity is not null
    group by opportunity_id
),

credited as (
    {{ deal_metrics_credited() }}
    union all
    {{ single_credits('leads', 'lead', 'owner_id', 'qualified_on') }}
    union all
    {{ single_credits('activities', 'activity', 'rep_id', 'occurred_on') }}
),

final as (
    select
        cast(metric as varchar) as metric,
        cast(object as varchar) as object,
        cast(object_id as varchar) as object_id,
        cast(rep_id as varchar) as rep_id,
        cast(team_id as varchar) as team_id,
        credited_on,
        amount,
        cast(source as varchar) as source
    from credited
)

select * from final
