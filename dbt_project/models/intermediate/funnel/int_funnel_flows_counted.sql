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

moves as (
    select
        *,
        coalesce(lag(position_in_track) over (
            partition by subject_type, subject_id order by event_number nulls last
        ), 0) as previous_position
    from entries
),

reaching as (
    select
        steps.pipeline,
        steps.from_stage,
        steps.to_stage,
        moves.subject_type,
        moves.subject_id,
        moves.entered_on as moved_on,
        1 as reached,
        0 as converted
    from moves
    inner join steps
        on
            moves.subject_type = steps.subject_type
            and moves.track = steps.track
            and moves.position_in_track = steps.from_position
),

converting as (
    select
        steps.pipeline,
        steps.from_stage,
        steps.to_stage,
        moves.subject_type,
        moves.subject_id,
        moves.entered_on as moved_on,
        0 as reached,
        1 as converted
    from moves
    inner join steps
        on
            moves.subject_type = steps.subject_type
            and moves.track = steps.track
            and moves.position_in_track >= steps.to_position
            and (moves.previous_position < steps.to_position or steps.is_to_won)
    where not steps.is_to_won or moves.is_standing_win
),

unioned as (
    select * from reaching
    union all
    select * from converting
),

counted_by_day as (
    select
        segments.segment_type,
        segments.segment_id,
        unioned.subject_type,
        unioned.pipeline,
        unioned.from_stage,
        unioned.to_stage,
        unioned.moved_on,
        sum(unioned.reached) as reached_count,
        sum(unioned.converted) as converted_count
    from unioned
    inner join segments
        on
            unioned.subject_type = segments.subject_type
            and unioned.subject_id = segments.subject_id
    inner join subjects
        on
            unioned.subject_type = subjects.subject_type
            and unioned.subject_id = subjects.subject_id
    group by
        segments.segment_type,
        segments.segment_id,
        unioned.subject_type,
        unioned.pipeline,
        unioned.from_stage,
        unioned.to_stage,
        unioned.moved_on
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
