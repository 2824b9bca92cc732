-- If the company's var says so, a period without a quota of its own and without shorter ones takes its working days' share of the shortest
-- longer quota. A week can lie in two months: it is partial if one of them has none.
with

assigned as (
    select * from {{ ref('int_quota_days_assigned') }}
    where
        {{ var('spread_quota_by_working_days') | lower }}
        and superseded_at is null
        and date_day is not null
        and period_type <> 'week'
),

composed as (
    select distinct
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start
    from {{ ref('int_quota_periods_composed') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

reps as (
    select * from {{ ref('int_reps_matched') }}
),

period_working_days as (
    select * from {{ ref('int_period_working_days_counted') }}
),

ranked as (
    select
        assigned.assignee_type,
        assigned.assignee_id,
        assigned.metric,
        period_dates.period_type,
        period_dates.period_start,
        assigned.period_type as own_period_type,
        assigned.period_start as own_period_start,
        assigned.in_force_from,
        assigned.date_day,
        assigned.day_amount,
        row_number() over (
            partition by
                assigned.assignee_type,
                assigned.assignee_id,
                assigned.metric,
                period_dates.period_type,
                period_dates.period_start,
                assigned.date_day
            order by case assigned.period_type when 'month' then 1 when 'quarter' then 2 else 3 end
        ) as position_by_length
    from assigned
    inner join period_dates on assigned.date_day = period_dates.date_day
    left join composed
        on
            assigned.assignee_type = composed.assignee_type
            and assigned.assignee_id = composed.assignee_id
            and assigned.metric = composed.metric
            and period_dates.period_type = composed.period_type
            and period_dates.period_start = composed.period_start
    where
        composed.assignee_id is null
        and (
            period_dates.period_type = 'week'
            or (period_dates.period_type = 'month' and assigned.period_type in ('quarter', 'year'))
            or (period_dates.period_type = 'quarter' and assigned.period_type = 'year')
        )
),

counted as (
    select
        *,
        count(*) over (
            partition by assignee_type, assignee_id, metric, period_type, period_start
        ) as days_covered
    from ranked
    where position_by_length = 1
),

final as (
    select
        counted.assignee_type,
        counted.assignee_id,
        counted.metric,
        counted.period_type,
        counted.period_start,
        counted.own_period_type,
        counted.own_period_start,
        counted.in_force_from,
        counted.date_day,
        counted.day_amount,
        counted.days_covered < period_working_days.working_days as is_partial
    from counted
    left join reps
        on
            counted.assignee_type = 'rep'
            and counted.assignee_id = reps.rep_id
    inner join period_working_days
        on
            coalesce(reps.region, '') = period_working_days.region
            and counted.period_type = period_working_days.period_type
            and counted.period_start = period_working_days.period_start
)

select * from final
