-- Each date with each period that contains it: facts are joined to it to be summed by period.
with

dates as (
    select * from {{ ref('int_dates_generated') }}
),

periods as (
    select * from {{ ref('int_periods_generated') }}
),

dates_by_period_type as (
    select
        'week' as period_type,
        week_start as period_start,
        date_day
    from dates
    union all
    select
        'month' as period_type,
        month_start as period_start,
        date_day
    from dates
    union all
    select
        'quarter' as period_type,
        quarter_start as period_start,
        date_day
    from dates
    union all
    select
        'year' as period_type,
        year_start as period_start,
        date_day
    from dates
),

final as (
    select
        dates_by_period_type.date_day,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.is_complete
    from dates_by_period_type
    inner join periods
        on
            dates_by_period_type.period_type = periods.period_type
            and dates_by_period_type.period_start = periods.period_start
)

select * from final
