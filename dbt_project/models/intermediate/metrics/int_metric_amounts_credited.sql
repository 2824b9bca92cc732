-- What each rep is credited with, by metric and date: the one place where a metric's actuals come from. The team is the
-- rep's of that day.
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
    select * from {{ ref('int_pipeline_created_valued') }}
),

leads as (
    select * from {{ ref('int_leads_judged') }}
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
    select
        'leads_qualified' as metric,
        leads.owner_id as rep_id,
        memberships.team_id,
        leads.qualified_on as credited_on,
        cast(1 as decimal(28, 10)) as amount,
        leads.source,
        'lead' as object,
        leads.lead_id as object_id
    from leads
    left join memberships
        on
            leads.owner_id = memberships.rep_id
            and leads.qualified_on between memberships.valid_from and memberships.valid_to
    union all
    select
        activities_by_metric.metric,
        activities_by_metric.rep_id,
        memberships.team_id,
        activities_by_metric.occurred_on as credited_on,
        cast(1 as decimal(28, 10)) as amount,
        activities_by_metric.source,
        'activity' as object,
        activities_by_metric.activity_id as object_id
    from activities_by_metric
    left join memberships
        on
            activities_by_metric.rep_id = memberships.rep_id
            and activities_by_metric.occurred_on between memberships.valid_from and memberships.valid_to
    where activities_by_metric.metric is not null
)

select * from final
