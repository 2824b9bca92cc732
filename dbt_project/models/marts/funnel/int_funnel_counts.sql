-- noqa: disable=LT02
-- The members of each step by the period in which they reached from_stage (cohort view), and its moves by the period in which they happened
-- (period view), for each segment. They are counted by day first: a day is part of four periods.
{% set step = 'definition, subject_type, pipeline, from_stage, to_stage, is_adjacent, "view"' %}

with

members as (
    select * from {{ ref('int_funnel_members') }}
),

segments as (
    select * from {{ ref('fct_segment_subjects') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

counted_by_day as (
    select
        {{ step }},
        segment_type,
        segment_id,
        counted_on as date_day,
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
    from members
    inner join segments using (subject_type, subject_id)
    group by {{ step }}, segment_type, segment_id, counted_on
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
    from counted_by_day
    inner join period_dates using (date_day)
    group by {{ step }}, segment_type, segment_id, period_type, period_start, period_end
)

select * from final
