-- Both views of the funnel side by side, with rates, horizons and time in stage, for each segment, pipeline, period and step.
with

cohorts as (
    select * from {{ ref('int_funnel_cohorts_counted') }}
),

flows as (
    select * from {{ ref('int_funnel_flows_counted') }}
),

times_in_stage as (
    select * from {{ ref('int_stage_visits_summarized') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

unioned as (
    select
        segment_type,
        segment_id,
        subject_type,
        pipeline,
        'cohort' as "view",
        period_type,
        period_start,
        period_end,
        from_stage,
        to_stage,
        reached_count,
        converted_count,
        open_count,
        lost_count,
        skipped_count,
        regressed_count,
        reentered_count,
        within_30_days_count,
        within_60_days_count,
        within_90_days_count
    from cohorts
    union all
    select
        segment_type,
        segment_id,
        subject_type,
        pipeline,
        'period' as "view",
        period_type,
        period_start,
        period_end,
        from_stage,
        to_stage,
        reached_count,
        converted_count,
        cast(null as bigint) as open_count,
        cast(null as bigint) as lost_count,
        cast(null as bigint) as skipped_count,
        cast(null as bigint) as regressed_count,
        cast(null as bigint) as reentered_count,
        cast(null as bigint) as within_30_days_count,
        cast(null as bigint) as within_60_days_count,
        cast(null as bigint) as within_90_days_count
    from flows
),

final as (
    select
        unioned.segment_type,
        unioned.segment_id,
        unioned.subject_type,
        unioned.pipeline,
        unioned."view",
        unioned.period_type,
        unioned.period_start,
        unioned.period_end,
        unioned.from_stage,
        unioned.to_stage,
        unioned.reached_count,
        unioned.converted_count,
        unioned.open_count,
        unioned.lost_count,
        cast(unioned.converted_count as double) / nullif(cast(unioned.reached_count as double), 0) as conversion_rate,
        unioned.skipped_count,
        unioned.regressed_count,
        unioned.reentered_count,
        {%- for days in [30, 60, 90] %}
        case
            when as_of.as_of_date >= {{ add_days('unioned.period_end', days) }} then unioned.within_{{ days }}_days_count
        end as converted_within_{{ days }}_days,
        {%- endfor %}
        times_in_stage.median_days_in_stage,
        times_in_stage.p90_days_in_stage,
        coalesce(times_in_stage.completed_visit_count, 0) as completed_visit_count,
        case when unioned."view" = 'cohort' then coalesce(times_in_stage.open_visit_count, 0) end as open_visit_count
    from unioned
    cross join as_of
    left join times_in_stage
        on
            unioned.segment_type = times_in_stage.segment_type
            and unioned.segment_id = times_in_stage.segment_id
            and unioned.subject_type = times_in_stage.subject_type
            and unioned.pipeline = times_in_stage.pipeline
            and unioned."view" = times_in_stage."view"
            and unioned.period_type = times_in_stage.period_type
            and unioned.period_start = times_in_stage.period_start
            and unioned.from_stage = times_in_stage.stage
)

select * from final
