{{ config(materialized='incremental', unique_key='group_fingerprint') }}
-- The figures of each step by the current definition, for each segment, view and period: counts, rate, horizons, and how long the visits to
-- from_stage took that began (cohort view) or ended (period view) in the period.
with

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

counts as (
    select * from {{ ref('int_funnel_counts') }}
    where definition = 'current' and is_adjacent
),

-- a source that records one stage of its leads has no steps
sequences_with_steps as (
    select distinct
        subject_type,
        stage_sequence,
        pipeline
    from {{ ref('int_funnel_steps') }}
    where definition = 'current'
),

visits as (
    select
        entries.*,
        sequences_with_steps.pipeline,
        {{ days_between('entries.entered_on', 'entries.left_on') }} as days_in_stage,
        -- a visit that is over but ended on an unknown day is neither completed nor open
        entries.left_on is null and not entries.is_closed as is_still_open
    from {{ ref('int_funnel_entries') }} as entries
    inner join sequences_with_steps using (subject_type, stage_sequence)
    where entries.definition = 'current' and not entries.is_won
),

visits_by_view as (
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
),

visits_by_segments as (
    select * from visits_by_view  -- noqa: RF02
    inner join ({{ groups_of(ref('fct_segment_subjects'), 'subject_type, subject_id') }}) as segments  -- noqa: ST05
        using (subject_type, subject_id)
),

days as (
    {{ groups_of('visits_by_segments', 'counted_on') }}
),

days_of_counts as (
    select
        counts.period_type,
        counts.period_start,
        counts.group_fingerprint,
        days.counted_on,
        days.group_fingerprint as day_fingerprint,
        least(as_of.as_of_date, {{ add_days('counts.period_end', 90) }}) as horizons_known_to
    from (select distinct period_type, period_start, period_end, group_fingerprint from counts) as counts  -- noqa: LT09
    cross join {{ ref('int_as_of_determined') }} as as_of
    left join period_dates using (period_type, period_start)
    left join days on period_dates.date_day = days.counted_on
),

periods as (
    {{ groups_of('days_of_counts', 'period_type, period_start') }}
),

times_in_stage as (
    select
        segments.segment_type,
        segments.segment_id,
        visits.subject_type,
        visits.pipeline,
        visits."view",
        period_dates.period_type,
        period_dates.period_start,
        visits.stage,
        round({{ median('cast(visits.days_in_stage as double)') }}, 12) as median_days_in_stage,
        round({{ percentile_90('cast(visits.days_in_stage as double)') }}, 12) as p90_days_in_stage,
        count(visits.days_in_stage) as completed_visit_count,
        count(case when visits.is_still_open then 1 end) as open_visit_count
    from visits_by_view as visits
    inner join {{ ref('fct_segment_subjects') }} as segments using (subject_type, subject_id)
    inner join period_dates on visits.counted_on = period_dates.date_day
    inner join periods using (period_type, period_start)
    where {{ is_new_group('periods.group_fingerprint') }}
    group by
        segments.segment_type, segments.segment_id, visits.subject_type, visits.pipeline, visits."view", period_dates.period_type,
        period_dates.period_start, visits.stage
),

final as (
    select
        counts.segment_type,
        counts.segment_id,
        counts.subject_type,
        counts.pipeline,
        counts."view",
        counts.period_type,
        counts.period_start,
        counts.period_end,
        counts.from_stage,
        counts.to_stage,
        counts.reached_count,
        counts.converted_count,
        counts.open_count,
        counts.lost_count,
        cast(counts.converted_count as double) / nullif(cast(counts.reached_count as double), 0) as conversion_rate,
        counts.skipped_count,
        counts.regressed_count,
        counts.reentered_count,
        {%- for days in [30, 60, 90] %}
        case
            when as_of.as_of_date >= {{ add_days('counts.period_end', days) }} then counts.within_{{ days }}_days_count
        end as converted_within_{{ days }}_days,
        {%- endfor %}
        times_in_stage.median_days_in_stage,
        times_in_stage.p90_days_in_stage,
        coalesce(times_in_stage.completed_visit_count, 0) as completed_visit_count,
        case when counts."view" = 'cohort' then coalesce(times_in_stage.open_visit_count, 0) end as open_visit_count,
        periods.group_fingerprint
    from counts
    {{ join_new_groups('counts', 'periods', ['period_type', 'period_start']) }}
    cross join {{ ref('int_as_of_determined') }} as as_of
    left join times_in_stage
        on
            counts.segment_type = times_in_stage.segment_type
            and counts.segment_id = times_in_stage.segment_id
            and counts.subject_type = times_in_stage.subject_type
            and counts.pipeline = times_in_stage.pipeline
            and counts."view" = times_in_stage."view"
            and counts.period_type = times_in_stage.period_type
            and counts.period_start = times_in_stage.period_start
            and counts.from_stage = times_in_stage.stage
)

select * from final
