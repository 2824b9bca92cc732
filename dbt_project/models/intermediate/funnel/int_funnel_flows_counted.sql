-- Period view of the funnel: what entered from_stage in a period, and what moved forward to to_stage or beyond in it.
with

steps as (
    select * from {{ ref('int_funnel_steps_listed') }}
),

entries as (
    select * from {{ ref('int_funnel_entries_unioned') }}
),

subjects as (
    select * from {{ ref('int_funnel_subjects_unioned') }}
),

segments as (
    select * from {{ ref('int_funnel_segments_expanded') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

{{ funnel_moves('entries', 'steps') }},

counted_by_day as (
    select
        segments.segment_type,
        segments.segment_id,
        funnel_moves.subject_type,
        funnel_moves.pipeline,
        funnel_moves.from_stage,
        funnel_moves.to_stage,
        funnel_moves.moved_on,
        sum(funnel_moves.reached) as reached_count,
        sum(funnel_moves.converted) as converted_count
    from funnel_moves
    inner join segments
        on
            funnel_moves.subject_type = segments.subject_type
            and funnel_moves.subject_id = segments.subject_id
    inner join subjects
        on
            funnel_moves.subject_type = subjects.subject_type
            and funnel_moves.subject_id = subjects.subject_id
    group by
        segments.segment_type,
        segments.segment_id,
        funnel_moves.subject_type,
        funnel_moves.pipeline,
        funnel_moves.from_stage,
        funnel_moves.to_stage,
        funnel_moves.moved_on
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
        cast(sum(counted_by_day.reached_count) as bigint) as reached_count,
        cast(sum(counted_by_day.converted_count) as bigint) as converted_count
    from counted_by_day
    inner join period_dates on counted_by_day.moved_on = period_dates.date_day
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
