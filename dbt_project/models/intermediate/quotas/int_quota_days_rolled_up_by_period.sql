-- An assignee's own quota for a period by the day; without one, that of its shorter periods: months into a quarter,
-- quarters into a year. Weeks never roll up. A shorter period that is missing leaves the sum standing, but partial.
with

assigned as (
    select * from {{ ref('int_quota_days_assigned') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

own_periods as (
    select distinct
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start
    from assigned
),

months_by_quarter as (
    select
        own_periods.assignee_type,
        own_periods.assignee_id,
        own_periods.metric,
        period_dates.period_start as quarter_start,
        count(*) as months_with_quota
    from own_periods
    inner join period_dates
        on
            own_periods.period_start = period_dates.date_day
            and period_dates.period_type = 'quarter'
    where own_periods.period_type = 'month'
    group by own_periods.assignee_type, own_periods.assignee_id, own_periods.metric, period_dates.period_start
),

quarters_without_own as (
    select
        months_by_quarter.*,
        months_by_quarter.months_with_quota < 3 as is_partial
    from months_by_quarter
    left join own_periods
        on
            months_by_quarter.assignee_type = own_periods.assignee_type
            and months_by_quarter.assignee_id = own_periods.assignee_id
            and months_by_quarter.metric = own_periods.metric
            and own_periods.period_type = 'quarter'
            and months_by_quarter.quarter_start = own_periods.period_start
    where own_periods.assignee_id is null
),

quarters as (
    select
        assignee_type,
        assignee_id,
        metric,
        period_start as quarter_start,
        false as is_partial
    from own_periods
    where period_type = 'quarter'
    union all
    select
        assignee_type,
        assignee_id,
        metric,
        quarter_start,
        is_partial
    from quarters_without_own
),

quarters_by_year as (
    select
        quarters.assignee_type,
        quarters.assignee_id,
        quarters.metric,
        period_dates.period_start as year_start,
        count(*) < 4 or max(case when quarters.is_partial then 1 else 0 end) = 1 as is_partial
    from quarters
    inner join period_dates
        on
            quarters.quarter_start = period_dates.date_day
            and period_dates.period_type = 'year'
    group by quarters.assignee_type, quarters.assignee_id, quarters.metric, period_dates.period_start
),

years_without_own as (
    select quarters_by_year.*
    from quarters_by_year
    left join own_periods
        on
            quarters_by_year.assignee_type = own_periods.assignee_type
            and quarters_by_year.assignee_id = own_periods.assignee_id
            and quarters_by_year.metric = own_periods.metric
            and own_periods.period_type = 'year'
            and quarters_by_year.year_start = own_periods.period_start
    where own_periods.assignee_id is null
),

months_into_quarters as (
    select
        assigned.assignee_type,
        assigned.assignee_id,
        assigned.metric,
        'quarter' as period_type,
        quarters_without_own.quarter_start as period_start,
        assigned.date_day,
        assigned.day_amount,
        quarters_without_own.is_partial
    from assigned
    inner join period_dates
        on
            assigned.period_start = period_dates.date_day
            and period_dates.period_type = 'quarter'
    inner join quarters_without_own
        on
            assigned.assignee_type = quarters_without_own.assignee_type
            and assigned.assignee_id = quarters_without_own.assignee_id
            and assigned.metric = quarters_without_own.metric
            and period_dates.period_start = quarters_without_own.quarter_start
    where assigned.period_type = 'month'
),

quarter_days as (
    select
        assignee_type,
        assignee_id,
        metric,
        period_start,
        date_day,
        day_amount
    from assigned
    where period_type = 'quarter'
    union all
    select
        assignee_type,
        assignee_id,
        metric,
        period_start,
        date_day,
        day_amount
    from months_into_quarters
),

quarters_into_years as (
    select
        quarter_days.assignee_type,
        quarter_days.assignee_id,
        quarter_days.metric,
        'year' as period_type,
        years_without_own.year_start as period_start,
        quarter_days.date_day,
        quarter_days.day_amount,
        years_without_own.is_partial
    from quarter_days
    inner join period_dates
        on
            quarter_days.period_start = period_dates.date_day
            and period_dates.period_type = 'year'
    inner join years_without_own
        on
            quarter_days.assignee_type = years_without_own.assignee_type
            and quarter_days.assignee_id = years_without_own.assignee_id
            and quarter_days.metric = years_without_own.metric
            and period_dates.period_start = years_without_own.year_start
),

final as (
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        date_day,
        day_amount,
        'assigned' as quota_source,
        false as is_partial
    from assigned
    union all
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        date_day,
        day_amount,
        'rolled_up_periods' as quota_source,
        is_partial
    from months_into_quarters
    union all
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        date_day,
        day_amount,
        'rolled_up_periods' as quota_source,
        is_partial
    from quarters_into_years
)

select * from final
