-- The calendar: whole fiscal years, and whole weeks, around every date that can be plausible at as_of. It reads no facts, so that every fact
-- can read it; which of its periods hold data is in int_periods_in_use.
with

as_of as (
    select * from {{ ref('int_as_of_determined') }}
    where as_of_date is not null
),

fiscal_years as (
    select
        {{ fiscal_period_start('year', 'earliest_plausible_on') }} as first_date,
        {{ add_days(add_months(fiscal_period_start('year', 'latest_plausible_on'), 12), -1) }} as last_date
    from as_of
),

-- the weeks that the first and last day of the fiscal years cut are made whole
dates as (
    select
        {{ each_day(fiscal_period_start('week', 'first_date'), add_days(fiscal_period_start('week', 'last_date'), 6)) }}
            as date_day
    from fiscal_years
),

final as (
    select
        dates.date_day,
        {{ iso_weekday('dates.date_day') }} as iso_weekday,
        {{ fiscal_period_start('week', 'dates.date_day') }} as week_start,
        {{ fiscal_period_start('month', 'dates.date_day') }} as month_start,
        {{ fiscal_period_start('quarter', 'dates.date_day') }} as quarter_start,
        {{ fiscal_period_start('year', 'dates.date_day') }} as year_start,
        dates.date_day between fiscal_years.first_date and fiscal_years.last_date as is_in_whole_year
    from dates
    cross join fiscal_years
)

select * from final
