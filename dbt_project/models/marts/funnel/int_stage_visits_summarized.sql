-- Time in stage: of the visits that began (cohort view) or ended (period view) in a period, how long the completed ones took.
with

entries as (
    select * from {{ ref('int_funnel_entries_unioned') }}
    where not is_won
),

subjects as (
    select * from {{ ref('int_funnel_subjects_unioned') }}
),

steps as (
    select
        subject_type,
        track,
        pipeline
    from {{ ref('int_funnel_steps_listed') }}
    group by subject_type, track, pipeline
),

segments as (
    select * from {{ ref('int_funnel_segments_expanded') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

visits as (
    select
        entries.subject_type,
        entries.subject_id,
        entries.track,
        entries.stage,
        entries.entered_on,
        entries.left_on,
        {{ days_between('entries.entered_on', 'entries.left_on') }} as days_in_stage,
        -- what is over on a day that nobody knows is neither completed nor open
        entries.left_on is null and not subjects.is_closed as is_still_open
    from entries
    inner join subjects
        on
            entries.subject_type = subjects.subject_type
            and entries.subject_id = subjects.subject_id
),

counted as (
    select
        *,
        'cohort' as "view",
        entered_on as counted_on
    from visits
    union all
    select
        *,
        'period' as "view",
        left_on as counted_on
    from visits
    where left_on is not null
),

final as (
    select
        segments.segment_type,
        segments.segment_id,
        counted.subject_type,
        steps.pipeline,
        counted."view",
        period_dates.period_type,
        period_dates.period_start,
        counted.stage,
        round({{ median('cast(counted.days_in_stage as double)') }}, 12) as median_days_in_stage,
        round({{ percentile_90('cast(counted.days_in_stage as double)') }}, 12) as p90_days_in_stage,
        count(counted.days_in_stage) as completed_visit_count,
        count(case when counted.is_still_open then 1 end) as open_visit_count
    from counted
    inner join steps
        on
            counted.subject_type = steps.subject_type
            and counted.track = steps.track
    inner join segments
        on
            counted.subject_type = segments.subject_type
            and counted.subject_id = segments.subject_id
    inner join period_dates on counted.counted_on = period_dates.date_day
    group by
        segments.segment_type,
        segments.segment_id,
        counted.subject_type,
        steps.pipeline,
        counted."view",
        period_dates.period_type,
        period_dates.period_start,
        counted.stage
)

select * from final
