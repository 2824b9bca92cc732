-- Monday to Friday less holidays, by region. The blank region ('') has the company-wide holidays alone; every other
-- region has those and its own.
with

dates as (
    select * from {{ ref('int_dates_generated') }}
),

holidays as (
    select distinct
        coalesce(region, '') as region,
        holiday_on
    from {{ ref('stg_registers__holidays') }}
    where is_current
),

reps as (
    select * from {{ ref('int_reps_matched') }}
),

regions as (
    select region from reps
    where region is not null
    union
    select '' as region
),

days_off as (
    select
        regions.region,
        holidays.holiday_on
    from regions
    inner join holidays on holidays.region = ''
    union
    select
        regions.region,
        holidays.holiday_on
    from regions
    inner join holidays on regions.region = holidays.region
),

final as (
    select
        regions.region,
        dates.date_day
    from dates
    cross join regions
    left join days_off
        on
            regions.region = days_off.region
            and dates.date_day = days_off.holiday_on
    where
        dates.iso_weekday <= 5
        and days_off.holiday_on is null
)

select * from final
