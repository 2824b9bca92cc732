-- What each rep is credited with, by metric and date: the one place where a metric's actuals come from. The team is the
-- rep's of that day.
with

deals as (
    select
        metric,
        rep_id,
        team_id,
        credited_on,
        amount,
        source,
        object,
        object_id
    from {{ ref('int_deal_metric_credits') }}
    where known_to is null
),

leads as (
    select
        *,
        'leads_qualified' as metric
    from {{ ref('int_leads_validated') }}
    where exclusion_reason is null and qualified_on is not null
),

activities_by_metric as (
    select
        activity_id,
        source,
        rep_id,
        occurred_on,
        {{ metric_of_activity('activity_type') }} as metric
    from {{ ref('int_activities_judged') }}
    where exclusion_reason is null
),

memberships as (
    select * from {{ ref('int_team_memberships_dated') }}
),

final as (
    select * from deals
    union all
    {{ single_credits('leads', 'lead', 'owner_id', 'qualified_on') }}
    union all
    {{ single_credits('activities_by_metric', 'activity', 'rep_id', 'occurred_on') }}
)

select * from final
