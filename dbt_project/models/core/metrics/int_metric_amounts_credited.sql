-- What each rep is credited with, by metric and date: the one place where a metric's actuals come from. The team is the
-- rep's of that day.
with

credits as (
    select
        credits.*,
        opportunities.source,
        opportunities.account_id
    from {{ ref('fct_credits') }} as credits
    inner join {{ ref('fct_opportunities') }} as opportunities
        on credits.opportunity_id = opportunities.opportunity_id
),

lines as (
    select * from {{ ref('int_opportunity_lines_validated') }}
    where exclusion_reason is null
),

pipeline_created as (
    select * from {{ ref('int_pipeline_created_valued') }}
),

leads as (
    select
        *,
        'leads_qualified' as metric
    from {{ ref('int_leads_validated') }}
    where exclusion_reason is null and qualified_on is not null
),

activities as (
    select * from {{ ref('int_activities_judged') }}
    where exclusion_reason is null
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

activities_by_metric as (
    select
        activity_id,
        source,
        rep_id,
        occurred_on,
        {{ metric_of_activity('activity_type') }} as metric
    from activities
),

final as (
    {{ deal_metrics_credited() }}
    union all
    {{ single_credits('leads', 'lead', 'owner_id', 'qualified_on') }}
    union all
    {{ single_credits('activities_by_metric', 'activity', 'rep_id', 'occurred_on') }}
)

select * from final
