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
    from {{ ref('int_working_days') }} as calendar
    inner join days_in_use on calendar.date_day between days_in_use.first_date and days_in_use.last_date
    where calendar.region = ''
),

final as (
    select
        date_day as "date",
        cast(iso_weekday as integer) as iso_weekday,
        week_start,
        month_start,
        quarter_start,
        year_start as fiscal_year_start,
        fiscal_year,
        fiscal_quarter,
        fiscal_month,
        is_working_day as is_company_working_day
    from dates
)

select * from final
