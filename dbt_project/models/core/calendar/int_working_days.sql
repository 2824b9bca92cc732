-- Every date of the calendar by region: whether it is a working day (Monday to Friday, no holiday), and the working days up to
-- it, so that the working days of any span are the difference of two numbers. The region '' has the company-wide holidays alone;
-- a region of the register has those and its own.
with

dates as (
    select
        date_day,
        iso_weekday
    from {{ ref('int_dates_generated') }}
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

numbered as (
    select
        regions.region,
        dates.date_day,
        dates.iso_weekday <= 5 and days_off.holiday_on is null as is_working_day,
        count(case when dates.iso_weekday <= 5 and days_off.holiday_on is null then 1 end) over (
            partition by regions.region
            order by dates.date_day
            rows between unbounded preceding and current row
        ) as working_days_through
    from dates
    cross join regions
    left join days_off
        on
            regions.region = days_off.region
            and dates.date_day = days_off.holiday_on
),

final as (
    select
        region,
        date_day,
        is_working_day,
        working_days_through,
        working_days_through - case when is_working_day then 1 else 0 end as working_days_before
    from numbered
)

select * from final
