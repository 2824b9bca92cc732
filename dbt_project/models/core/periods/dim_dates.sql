with

-- whole fiscal years, and the weeks that their first and last day cut
days_in_use as (
    select
        min(period_start) as first_date,
        max(period_end) as last_date
    from {{ ref('int_periods_in_use') }}
),

dates as (
    select calendar.*
    from {{ ref('int_dates_generated') }} as calendar
    inner join days_in_use on calendar.date_day between days_in_use.first_date and days_in_use.last_date
),

company_working_days as (
    select date_day from {{ ref('int_working_days') }}
    where region = '' and is_working_day
),

final as (
    select
        dates.date_day as "date",
        cast(dates.iso_weekday as integer) as iso_weekday,
        dates.week_start,
        dates.month_start,
        dates.quarter_start,
        dates.year_start as fiscal_year_start,
        cast(extract(year from {{ add_days(add_months('dates.year_start', 12), -1) }}) as integer) as fiscal_year,
        cast(({{ months_between('dates.year_start', 'dates.quarter_start') }}) / 3 + 1 as integer) as fiscal_quarter,
        cast({{ months_between('dates.year_start', 'dates.month_start') }} + 1 as integer) as fiscal_month,
        company_working_days.date_day is not null as is_company_working_day
    from dates
    left join company_working_days on dates.date_day = company_working_days.date_day
)

select * from final
