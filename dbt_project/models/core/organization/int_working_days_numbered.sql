-- Every date of the calendar with the working days up to it, by region: the working days of any span are the difference of
-- two numbers, so that no span has to be taken apart into its days.
with

dates as (
    select date_day from {{ ref('int_dates_generated') }}
),

working_days as (
    select * from {{ ref('int_working_days_determined') }}
),

regions as (
    select distinct region from working_days
),

numbered as (
    select
        regions.region,
        dates.date_day,
        working_days.date_day is not null as is_working_day,
        count(working_days.date_day) over (
            partition by regions.region
            order by dates.date_day
            rows between unbounded preceding and current row
        ) as working_days_through
    from dates
    cross join regions
    left join working_days
        on
            regions.region = working_days.region
            and dates.date_day = working_days.date_day
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
