-- Every week, month, quarter and year of the calendar. A week belongs to no month.
with

dates as (
    select * from {{ ref('int_dates_generated') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

periods as (
    select distinct
        'week' as period_type,
        week_start as period_start,
        {{ add_days('week_start', 6) }} as period_end
    from dates
    union all
    select distinct
        'month' as period_type,
        month_start as period_start,
        {{ add_days(add_months('month_start', 1), -1) }} as period_end
    from dates
    where is_in_whole_year
    union all
    select distinct
        'quarter' as period_type,
        quarter_start as period_start,
        {{ add_days(add_months('quarter_start', 3), -1) }} as period_end
    from dates
    where is_in_whole_year
    union all
    select distinct
        'year' as period_type,
        year_start as period_start,
        {{ add_days(add_months('year_start', 12), -1) }} as period_end
    from dates
    where is_in_whole_year
),

final as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.period_end <= as_of.as_of_date as is_complete
    from periods
    cross join as_of
)

select * from final
