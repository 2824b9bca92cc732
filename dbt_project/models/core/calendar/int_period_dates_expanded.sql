-- Each date with each period that contains it: facts are joined to it to be summed by period, and a period is listed by its first day. A
-- week belongs to no month, and a date outside the whole fiscal years is only in a week.
with

dates as (
    select * from {{ ref('int_working_days') }}
    where region = ''
),

dates_by_period_type as (
    select
        date_day,
        'week' as period_type,
        week_start as period_start,
        {{ add_days('week_start', 6) }} as period_end,
        cast(null as integer) as period_number,
        quarter_start
    from dates
    {%- for period_type, number in {'month': 'fiscal_month', 'quarter': 'fiscal_quarter', 'year': '1'}.items() %}
    union all
    select
        date_day,
        '{{ period_type }}' as period_type,
        {{ period_type }}_start as period_start,
        {{ period_type }}_end as period_end,
        {{ number }} as period_number,
        quarter_start
    from dates
    where is_in_whole_year
    {%- endfor %}
),

final as (
    select
        dates_by_period_type.*,
        dates_by_period_type.period_end <= as_of.as_of_date as is_complete
    from dates_by_period_type
    cross join {{ ref('int_as_of_determined') }} as as_of
)

select * from final
