-- The calendar by region: whole fiscal years, and whole weeks, around every date that can be plausible at as_of. It reads no facts, so that every
-- fact can read it; which of its periods hold data is in int_periods_in_use. A working day is Monday to Friday and no holiday, and each date has
-- the working days up to it, so that those of any span are the difference of two numbers. The region '' has only the company-wide holidays; a
-- region of the register has those and its own. Months, quarters and years are those of the register fiscal_periods, if the company has it.
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

fiscal_months as (
    select
        *,
        min(starts_on) over (partition by fiscal_year, fiscal_quarter) as quarter_start,
        max(ends_on) over (partition by fiscal_year, fiscal_quarter) as quarter_end,
        min(starts_on) over (partition by fiscal_year) as year_start,
        max(ends_on) over (partition by fiscal_year) as year_end
    from {{ ref('stg_registers__fiscal_periods') }}
    where is_current
),

calendar_periods as (
    select
        *,
        {{ fiscal_period_start('month', 'date_day') }} as month_start,
        {{ fiscal_period_start('quarter', 'date_day') }} as quarter_start,
        {{ fiscal_period_start('year', 'date_day') }} as year_start
    from dates
    where (select count(*) from fiscal_months) = 0
),

fiscal_dates as (
    select
        date_day,
        month_start,
        {{ add_days(add_months('month_start', 1), -1) }} as month_end,
        quarter_start,
        {{ add_days(add_months('quarter_start', 3), -1) }} as quarter_end,
        year_start,
        {{ add_days(add_months('year_start', 12), -1) }} as year_end,
        cast(extract(year from {{ add_days(add_months('year_start', 12), -1) }}) as integer) as fiscal_year,
        cast(({{ months_between('year_start', 'quarter_start') }}) / 3 + 1 as integer) as fiscal_quarter,
        cast({{ months_between('year_start', 'month_start') }} + 1 as integer) as fiscal_month,
        date_day between first_date and last_date as is_in_whole_year
    from calendar_periods
    union all
    select
        dates.date_day,
        fiscal_months.starts_on as month_start,
        fiscal_months.ends_on as month_end,
        fiscal_months.quarter_start,
        fiscal_months.quarter_end,
        fiscal_months.year_start,
        fiscal_months.year_end,
        fiscal_months.fiscal_year,
        fiscal_months.fiscal_quarter,
        fiscal_months.fiscal_month,
        fiscal_months.fiscal_year is not null as is_in_whole_year
    from dates
    left join fiscal_months on dates.date_day between fiscal_months.starts_on and fiscal_months.ends_on  -- noqa: AL04
    where (select count(*) from fiscal_months) > 0
),

holidays as (
    select
        coalesce(min(region) over (partition by {{ folded('region') }}), '') as region,
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
        dates.*,
        {{ iso_weekday('dates.date_day') }} as iso_weekday,
        {{ fiscal_period_start('week', 'dates.date_day') }} as week_start,
        {{ iso_weekday('dates.date_day') }} <= 5 and days_off.holiday_on is null as is_working_day
    from fiscal_dates as dates
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
