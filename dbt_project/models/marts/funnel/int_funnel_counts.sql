-- noqa: disable=LT02
-- The members of each step by the period in which they reached from_stage (cohort view), and its moves by the period in which they happened
-- (period view), for each segment. They are counted by day first.
{% set step = 'definition, subject_type, pipeline, from_stage, to_stage, is_adjacent, "view"' %}

with

members_by_segment as (
    select
        members.*,
        segments.segment_type,
        segments.segment_id
    from {{ ref('int_funnel_members') }} as members
    inner join {{ ref('fct_segment_subjects') }} as segments using (subject_type, subject_id)
),

counted_by_day as (
    select
        {{ step }},
        segment_type,
        segment_id,
        counted_on,
        sum(case when is_reached then 1 else 0 end) as reached_count,
        sum(case when is_converted then 1 else 0 end) as converted_count,
        -- null in the period view
        sum(case when is_still_open then 1 when not is_still_open then 0 end) as open_count,
        sum(case when is_lost then 1 when not is_lost then 0 end) as lost_count,
        sum(case when is_skipped then 1 when not is_skipped then 0 end) as skipped_count,
        sum(case when is_regressed then 1 when not is_regressed then 0 end) as regressed_count,
        sum(case when is_reentered then 1 when not is_reentered then 0 end) as reentered_count
        {%- for days in [30, 60, 90] %},
        sum(case when days_to_convert <= {{ days }} then 1 when "view" = 'cohort' then 0 end) as within_{{ days }}_days_count
        {%- endfor %}
    from members_by_segment
    group by {{ step }}, segment_type, segment_id, counted_on
),

-- a day is part of four periods
days_by_period as (
    select
        counted_by_day.*,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end
    from counted_by_day
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on counted_by_day.counted_on = period_dates.date_day
),

final as (
    select
        {{ step }},
        segment_type,
        segment_id,
        period_type,
        period_start,
        period_end,
        cast(sum(reached_count) as bigint) as reached_count,
        cast(sum(converted_count) as bigint) as converted_count,
        cast(sum(open_count) as bigint) as open_count,
        cast(sum(lost_count) as bigint) as lost_count,
        cast(sum(skipped_count) as bigint) as skipped_count,
        cast(sum(regressed_count) as bigint) as regressed_count,
        cast(sum(reentered_count) as bigint) as reentered_count,
        cast(sum(within_30_days_count) as bigint) as within_30_days_count,
        cast(sum(within_60_days_count) as bigint) as within_60_days_count,
        cast(sum(within_90_days_count) as bigint) as within_90_days_count
    from days_by_period
    group by {{ step }}, segment_type, segment_id, period_type, period_start, period_end
)

select * from final
