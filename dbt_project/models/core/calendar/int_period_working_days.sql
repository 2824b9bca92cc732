with

working_days as (
    select * from {{ ref('int_working_days') }}
    where is_working_day
),

final as (
    select
        working_days.region,
        period_dates.period_type,
        period_dates.period_start,
        count(*) as working_days,
        count(case when working_days.date_day <= as_of.as_of_date then 1 end) as elapsed_working_days
    from working_days
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on working_days.date_day = period_dates.date_day
    cross join {{ ref('int_as_of_determined') }} as as_of
    group by working_days.region, period_dates.period_type, period_dates.period_start
)

select * from final
