-- noqa: disable=LT02
{{ config(materialized='incremental', unique_key='group_fingerprint') }}
-- The members of each step by the period in which they reached from_stage (cohort view), and its moves by the period in which they happened
-- (period view), for each segment. They are counted by day first, and the days of a period again when what was counted on one of them changed.
{% set step = 'definition, subject_type, pipeline, from_stage, to_stage, is_adjacent, "view"' %}
{% set outcomes = [
    'reached', 'converted', 'open', 'lost', 'skipped', 'regressed', 'reentered', 'within_30_days', 'within_60_days', 'within_90_days',
] %}

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

fingerprints_of_days as (
    {{ groups_of('counted_by_day', 'counted_on') }}
),

-- a day is part of four periods
days as (
    select
        period_dates.*,
        fingerprints_of_days.group_fingerprint as day_fingerprint
    from fingerprints_of_days
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on fingerprints_of_days.counted_on = period_dates.date_day
),

periods as (
    {{ groups_of('days', 'period_type, period_start') }}
),

days_to_count as (
    select
        days.*,
        periods.group_fingerprint
    from days
    {{ join_new_groups('days', 'periods', ['period_type', 'period_start']) }}
),

final as (
    select
        {{ step }},
        counted_by_day.segment_type,
        counted_by_day.segment_id,
        days_to_count.period_type,
        days_to_count.period_start,
        days_to_count.period_end,
        {%- for outcome in outcomes %}
        cast(sum(counted_by_day.{{ outcome }}_count) as bigint) as {{ outcome }}_count,
        {%- endfor %}
        days_to_count.group_fingerprint
    from days_to_count
    left join counted_by_day on days_to_count.date_day = counted_by_day.counted_on
    group by
        {{ step }}, counted_by_day.segment_type, counted_by_day.segment_id, days_to_count.period_type, days_to_count.period_start,
        days_to_count.period_end, days_to_count.group_fingerprint
)

select * from final
