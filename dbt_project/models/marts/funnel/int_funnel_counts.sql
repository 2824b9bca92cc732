-- The members of each step by the period in which they reached from_stage (cohort view), and its moves by the period in which they happened
-- (period view), for each segment. They are counted by day first: a day is part of four periods.
with

members as (
    select * from {{ ref('int_funnel_members') }}
),

moves as (
    select * from {{ ref('int_funnel_moves') }}
),

segments as (
    select * from {{ ref('fct_segment_subjects') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

members_and_moves as (
    select
        'cohort' as "view",
        definition,
        subject_type,
        subject_id,
        pipeline,
        from_stage,
        to_stage,
        is_adjacent,
        reached_on as counted_on,
        1 as reached,
        case when is_converted then 1 else 0 end as converted,
        case when is_still_open then 1 else 0 end as still_open,
        case when is_lost then 1 else 0 end as lost,
        case when is_skipped then 1 else 0 end as skipped,
        case when is_regressed then 1 else 0 end as regressed,
        case when is_reentered then 1 else 0 end as reentered,
        case when days_to_convert <= 30 then 1 else 0 end as within_30_days,
        case when days_to_convert <= 60 then 1 else 0 end as within_60_days,
        case when days_to_convert <= 90 then 1 else 0 end as within_90_days
    from members
    union all
    select
        'period' as "view",
        definition,
        subject_type,
        subject_id,
        pipeline,
        from_stage,
        to_stage,
        is_adjacent,
        entered_on as counted_on,
        case when is_entry then 1 else 0 end as reached,
        case when is_conversion then 1 else 0 end as converted,
        cast(null as integer) as still_open,
        cast(null as integer) as lost,
        cast(null as integer) as skipped,
        cast(null as integer) as regressed,
        cast(null as integer) as reentered,
        cast(null as integer) as within_30_days,
        cast(null as integer) as within_60_days,
        cast(null as integer) as within_90_days
    from moves
),

counted_by_day as (
    select
        segments.segment_type,
        segments.segment_id,
        counted."view",
        counted.definition,
        counted.subject_type,
        counted.pipeline,
        counted.from_stage,
        counted.to_stage,
        counted.is_adjacent,
        counted.counted_on,
        sum(counted.reached) as reached_count,
        sum(counted.converted) as converted_count,
        sum(counted.still_open) as open_count,
        sum(counted.lost) as lost_count,
        sum(counted.skipped) as skipped_count,
        sum(counted.regressed) as regressed_count,
        sum(counted.reentered) as reentered_count,
        sum(counted.within_30_days) as within_30_days_count,
        sum(counted.within_60_days) as within_60_days_count,
        sum(counted.within_90_days) as within_90_days_count
    from members_and_moves as counted
    inner join segments
        on
            counted.subject_type = segments.subject_type
            and counted.subject_id = segments.subject_id
    group by
        segments.segment_type,
        segments.segment_id,
        counted."view",
        counted.definition,
        counted.subject_type,
        counted.pipeline,
        counted.from_stage,
        counted.to_stage,
        counted.is_adjacent,
        counted.counted_on
),

final as (
    select
        by_day.segment_type,
        by_day.segment_id,
        by_day."view",
        by_day.definition,
        by_day.subject_type,
        by_day.pipeline,
        by_day.from_stage,
        by_day.to_stage,
        by_day.is_adjacent,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        cast(sum(by_day.reached_count) as bigint) as reached_count,
        cast(sum(by_day.converted_count) as bigint) as converted_count,
        cast(sum(by_day.open_count) as bigint) as open_count,
        cast(sum(by_day.lost_count) as bigint) as lost_count,
        cast(sum(by_day.skipped_count) as bigint) as skipped_count,
        cast(sum(by_day.regressed_count) as bigint) as regressed_count,
        cast(sum(by_day.reentered_count) as bigint) as reentered_count,
        cast(sum(by_day.within_30_days_count) as bigint) as within_30_days_count,
        cast(sum(by_day.within_60_days_count) as bigint) as within_60_days_count,
        cast(sum(by_day.within_90_days_count) as bigint) as within_90_days_count
    from counted_by_day as by_day
    inner join period_dates on by_day.counted_on = period_dates.date_day
    group by
        by_day.segment_type,
        by_day.segment_id,
        by_day."view",
        by_day.definition,
        by_day.subject_type,
        by_day.pipeline,
        by_day.from_stage,
        by_day.to_stage,
        by_day.is_adjacent,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end
)

select * from final
