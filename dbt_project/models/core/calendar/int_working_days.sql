-- The calendar by region: whole fiscal years, and whole weeks, around every date that can be plausible at as_of. It reads no facts, so that every
-- fact can read it; which of its periods hold data is in int_periods_in_use. A working day is Monday to Friday and no holiday, and each date has
-- the working days up to it, so that those of any span are the difference of two numbers. The region '' has only the company-wide holidays; a
-- region of the register has those and its own.
with

fiscal_years as (
    select
        {{ fiscal_period_start('year', 'earliest_plausible_on') }} as first_date,
        {{ add_days(add_months(fiscal_period_start('year', 'latest_plausible_on'), 12), -1) }} as last_date
    from {{ ref('int_as_of_determined') }}
    where as_of_date is not null
),

-- the weeks that the first and last day of the fiscal years cut are made whole
dates as (
    select
        first_date,
        last_date,
        {{ each_day(fiscal_period_start('week', 'first_date'), add_days(fiscal_period_start('week', 'last_date'), 6)) }}
            as date_day
    from fiscal_years
),

holidays as (
    select
        coalesce(region, '') as region,
        holiday_on
    from {{ ref('stg_registers__holidays') }}
    where is_current
),

regions as (
    select region from holidays
    union
    select '' as region
),

days_off as (
    select distinct
        regions.region,
        holidays.holiday_on
    from regions
    inner join holidays on holidays.region in ('', regions.region)
),

days as (
    select
        regions.region,
        dates.date_day,
        {{ iso_weekday('dates.date_day') }} as iso_weekday,
        {{ fiscal_period_start('week', 'dates.date_day') }} as week_start,
        {{ fiscal_period_start('month', 'dates.date_day') }} as month_start,
        {{ fiscal_period_start('quarter', 'dates.date_day') }} as quarter_start,
        {{ fiscal_period_start('year', 'dates.date_day') }} as year_start,
        dates.date_day between dates.first_date and dates.last_date as is_in_whole_year,
        {{ iso_weekday('dates.date_day') }} <= 5 and days_off.holiday_on is null as is_working_day
    from dates
    cross join regions
    left join days_off on regions.region = days_off.region and dates.date_day = days_off.holiday_on
),

numbered as (
    select
        *,
        count(case when is_working_day then 1 end) over (
            partition by region order by date_day rows between unbounded preceding and current row
        ) as working_days_through
    from days
),

final as (
    select
        *,
        working_days_through - case when is_working_day then 1 else 0 end as working_days_before
    from numbered
)

select * from final
