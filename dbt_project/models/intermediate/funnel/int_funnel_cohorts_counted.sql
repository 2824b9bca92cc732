-- Cohort view of the funnel: of the deals and leads that first reached from_stage in a period, what became of them by as_of.
with

members as (
    select * from {{ ref('int_funnel_members_followed') }}
),

segments as (
    select * from {{ ref('int_funnel_segments_expanded') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

-- by day first: a day's members are fewer than the members, and each stands in four periods
counted_by_day as (
    select
        segments.segment_type,
        segments.segment_id,
        members.subject_type,
        members.pipeline,
        members.from_stage,
        members.to_stage,
        members.reached_on,
        count(*) as reached_count,
        count(case when members.is_converted then 1 end) as converted_count,
        count(case when members.is_still_open then 1 end) as open_count,
        count(case when members.is_lost then 1 end) as lost_count,
        count(case when members.is_skipped then 1 end) as skipped_count,
        count(case when members.is_regressed then 1 end) as regressed_count,
        count(case when members.is_reentered then 1 end) as reentered_count,
        count(case when members.days_to_convert <= 30 then 1 end) as within_30_days_count,
        count(case when members.days_to_convert <= 60 then 1 end) as within_60_days_count,
        count(case when members.days_to_convert <= 90 then 1 end) as within_90_days_count
    from members
    inner join segments
        on
            members.subject_type = segments.subject_type
            and members.subject_id = segments.subject_id
    group by
        segments.segment_type,
        segments.segment_id,
        members.subject_type,
        members.pipeline,
        members.from_stage,
        members.to_stage,
        members.reached_on
),

final as (
    select
        counted_by_day.segment_type,
        counted_by_day.segment_id,
        counted_by_day.subject_type,
        counted_by_day.pipeline,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        counted_by_day.from_stage,
        counted_by_day.to_stage,
        {%- for count in [
            'reached', 'converted', 'open', 'lost', 'skipped', 'regressed', 'reentered', 'within_30_days', 'within_60_days',
            'within_90_days',
        ] %}
        cast(sum(counted_by_day.{{ count }}_count) as bigint) as {{ count }}_count{% if not loop.last %},{% endif %}
        {%- endfor %}
    from counted_by_day
    inner join period_dates on counted_by_day.reached_on = period_dates.date_day
    group by
        counted_by_day.segment_type,
        counted_by_day.segment_id,
        counted_by_day.subject_type,
        counted_by_day.pipeline,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        counted_by_day.from_stage,
        counted_by_day.to_stage
)

select * from final
