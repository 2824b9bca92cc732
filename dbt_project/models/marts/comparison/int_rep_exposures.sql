-- On how many of the elapsed working days of a period a rep was employed, not on leave and past the ramp. A rep who had much less of the
-- period than the peers is not ranked among them.
with

spine as (
    select * from {{ ref('int_comparison_spine') }}
    where segment_type = 'rep'
),

reps as (
    {{ employed_reps() }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

numbered_days as (
    select * from {{ ref('int_working_days') }}
),

capacity_days as (
    select * from {{ ref('int_rep_capacity_days') }}
),

ramps as (
    select
        rep_id,
        max(date_day) as ramp_ends_on
    from capacity_days
    where ramp_share < 1
    group by rep_id
),

rep_spans as (
    select
        reps.rep_id,
        coalesce(reps.holiday_region, '') as region,
        coalesce(reps.hired_on, cast('0001-01-01' as date)) as hired_on,
        coalesce(reps.employed_to, cast('9999-12-31' as date)) as ended_on,
        ramps.ramp_ends_on
    from reps
    left join ramps using (rep_id)
),

days_on_leave as (
    select
        leave_days.rep_id,
        leave_days.date_day
    from capacity_days as leave_days
    inner join rep_spans
        on leave_days.rep_id = rep_spans.rep_id and leave_days.date_day between rep_spans.hired_on and rep_spans.ended_on
    inner join numbered_days using (region, date_day)
    cross join as_of
    where leave_days.is_on_leave and numbered_days.is_working_day and leave_days.date_day <= as_of.as_of_date
),

leaves_counted as (
    select
        days_on_leave.rep_id,
        period_dates.period_type,
        period_dates.period_start,
        count(*) as leave_days
    from days_on_leave
    inner join {{ ref('int_period_dates_expanded') }} as period_dates using (date_day)
    group by days_on_leave.rep_id, period_dates.period_type, period_dates.period_start
),

spans as (
    select
        spine.segment_id as rep_id,
        spine.period_type,
        spine.period_start,
        rep_spans.region,
        greatest(spine.period_start, rep_spans.hired_on) as first_day,
        least(spine.period_end, rep_spans.ended_on, as_of.as_of_date) as last_day,
        least(spine.period_end, as_of.as_of_date) as elapsed_to,
        rep_spans.ramp_ends_on
    from spine
    inner join rep_spans on spine.segment_id = rep_spans.rep_id
    cross join as_of
),

days as (
    {%- for name, date_day in {
        'first': 'first_day', 'last': 'last_day', 'ramp': 'ramp_ends_on', 'start': 'period_start', 'elapsed': 'elapsed_to',
    }.items() %}
    select
        rep_id,
        period_type,
        period_start,
        region,
        '{{ name }}' as name,
        {{ date_day }} as date_day
    from spans
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

looked_up as (
    select
        days.rep_id,
        days.period_type,
        days.period_start,
        max(case when days.name = 'first' then numbered_days.working_days_before end) as days_before_first,
        max(case when days.name = 'last' then numbered_days.working_days_through end) as days_through_last,
        max(case when days.name = 'ramp' then numbered_days.working_days_through end) as days_through_ramp,
        max(case when days.name = 'start' then numbered_days.working_days_before end) as days_before_start,
        max(case when days.name = 'elapsed' then numbered_days.working_days_through end) as days_through_elapsed
    from days
    inner join numbered_days using (region, date_day)
    group by days.rep_id, days.period_type, days.period_start
),

counted as (
    select
        spans.rep_id,
        spans.period_type,
        spans.period_start,
        greatest(looked_up.days_through_elapsed - looked_up.days_before_start, 0) as elapsed_days,
        -- a rep who joins after as_of_date has no days yet
        greatest(looked_up.days_through_last - looked_up.days_before_first, 0) as employed_days,
        coalesce(leaves_counted.leave_days, 0) as leave_days,
        case
            when spans.ramp_ends_on >= spans.last_day
                then greatest(looked_up.days_through_last - looked_up.days_before_first, 0)
            when spans.ramp_ends_on >= spans.first_day
                then looked_up.days_through_ramp - looked_up.days_before_first
            else 0
        end as ramping_days
    from spans
    inner join looked_up using (rep_id, period_type, period_start)
    left join leaves_counted using (rep_id, period_type, period_start)
    where looked_up.days_before_first is not null and looked_up.days_through_last is not null
),

final as (
    select
        *,
        case
            when employed_days < elapsed_days * {{ var('minimum_employed_share') }} then 'employed_part_of_period'
            when ramping_days > employed_days * {{ var('maximum_ramping_share') }} then 'ramping'
            when leave_days > employed_days * {{ var('maximum_leave_share') }} then 'on_leave'
        end as exposure_reason
    from counted
)

select * from final
