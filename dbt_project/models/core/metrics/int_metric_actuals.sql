-- Actuals by assignee, metric and period. A team has what its reps were credited with while in it or in a team below it; the company has
-- everything, also what is unassigned.
with

credited as (
    select * from {{ ref('fct_metric_credits') }}
),

daily as (
    select
        rep_id,
        team_id,
        metric,
        credited_on,
        sum(amount) as amount
    from credited
    group by rep_id, team_id, metric, credited_on
),

by_assignee as (
    select
        'rep' as assignee_type,
        rep_id as assignee_id,
        metric,
        credited_on,
        amount
    from daily
    union all
    select
        'team' as assignee_type,
        ancestors.ancestor_team_id as assignee_id,
        daily.metric,
        daily.credited_on,
        daily.amount
    from daily
    inner join {{ ref('dim_team_ancestors') }} as ancestors on daily.team_id = ancestors.team_id
    union all
    select
        'company' as assignee_type,
        'company' as assignee_id,
        metric,
        credited_on,
        amount
    from daily
),

final as (
    select
        by_assignee.assignee_type,
        by_assignee.assignee_id,
        by_assignee.metric,
        period_dates.period_type,
        period_dates.period_start,
        {{ with_cents('round(sum(by_assignee.amount), 2)') }} as actual_amount
    from by_assignee
    inner join {{ ref('int_period_dates_expanded') }} as period_dates
        on by_assignee.credited_on = period_dates.date_day
    group by
        by_assignee.assignee_type, by_assignee.assignee_id, by_assignee.metric, period_dates.period_type,
        period_dates.period_start
)

select * from final
