with

steps as (
    select * from {{ ref('int_funnel_steps_listed') }}
),

reached as (
    select * from {{ ref('int_stages_reached') }}
),

entries as (
    select * from {{ ref('int_stage_entries_numbered') }}
),

-- a deal won on an unknown date is neither converted nor lost: it stands in the exclusion ledger
deals as (
    select * from {{ ref('int_opportunities_resolved') }}
    where not is_won or closed_on is not null
),

deal_segments as (
    select * from {{ ref('int_opportunity_segments_expanded') }}
),

segments as (
    select * from {{ ref('int_segments_listed') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

-- cohort view: the deals that first reached from_stage in the period, as they stand at as_of
cohort_deals as (
    select
        reached.opportunity_id,
        steps.pipeline,
        steps.from_stage,
        steps.to_stage,
        reached.reached_on,
        reached.is_skipped,
        reached.is_regressed,
        reached.is_reentered,
        next_reached.opportunity_id is not null as is_converted,
        next_reached.opportunity_id is null and not deals.is_closed as is_still_open,
        next_reached.opportunity_id is null and deals.is_closed as is_lost,
        {{ days_between('reached.reached_on', 'next_reached.reached_on') }} as days_to_convert
    from reached
    inner join steps
        on
            reached.pipeline = steps.pipeline
            and reached.position_in_pipeline = steps.from_position
    inner join deals on reached.opportunity_id = deals.opportunity_id
    left join reached as next_reached
        on
            reached.opportunity_id = next_reached.opportunity_id
            and steps.to_position = next_reached.position_in_pipeline
),

cohorts as (
    select
        deal_segments.segment_type,
        deal_segments.segment_id,
        cohort_deals.pipeline,
        'cohort' as "view",
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        cohort_deals.from_stage,
        cohort_deals.to_stage,
        count(*) as reached_count,
        count(case when cohort_deals.is_converted then 1 end) as converted_count,
        count(case when cohort_deals.is_still_open then 1 end) as open_count,
        count(case when cohort_deals.is_lost then 1 end) as lost_count,
        count(case when cohort_deals.is_skipped then 1 end) as skipped_count,
        count(case when cohort_deals.is_regressed then 1 end) as regressed_count,
        count(case when cohort_deals.is_reentered then 1 end) as reentered_count,
        count(case when cohort_deals.days_to_convert <= 30 then 1 end) as within_30_days,
        count(case when cohort_deals.days_to_convert <= 60 then 1 end) as within_60_days,
        count(case when cohort_deals.days_to_convert <= 90 then 1 end) as within_90_days
    from cohort_deals
    inner join deal_segments on cohort_deals.opportunity_id = deal_segments.opportunity_id
    inner join period_dates on cohort_deals.reached_on = period_dates.date_day
    group by
        deal_segments.segment_type,
        deal_segments.segment_id,
        cohort_deals.pipeline,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        cohort_deals.from_stage,
        cohort_deals.to_stage
),

-- period view: what entered from_stage in the period, and what moved forward to to_stage or beyond in it
moves as (
    select
        *,
        coalesce(lag(position_in_pipeline) over (
            partition by opportunity_id order by event_number nulls last
        ), 0) as previous_position
    from entries
),

period_entries as (
    select
        steps.pipeline,
        steps.from_stage,
        steps.to_stage,
        moves.opportunity_id,
        moves.entered_on as moved_on,
        1 as entered,
        0 as converted
    from moves
    inner join steps
        on
            moves.pipeline = steps.pipeline
            and moves.position_in_pipeline = steps.from_position
),

period_conversions as (
    select
        steps.pipeline,
        steps.from_stage,
        steps.to_stage,
        moves.opportunity_id,
        moves.entered_on as moved_on,
        0 as entered,
        1 as converted
    from moves
    inner join steps
        on
            moves.pipeline = steps.pipeline
            and moves.position_in_pipeline >= steps.to_position
            and (moves.previous_position < steps.to_position or steps.is_to_won)
    where not steps.is_to_won or moves.is_standing_win
),

period_moves as (
    select * from period_entries
    union all
    select * from period_conversions
),

flows as (
    select
        deal_segments.segment_type,
        deal_segments.segment_id,
        period_moves.pipeline,
        'period' as "view",
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        period_moves.from_stage,
        period_moves.to_stage,
        sum(period_moves.entered) as reached_count,
        sum(period_moves.converted) as converted_count
    from period_moves
    inner join deal_segments on period_moves.opportunity_id = deal_segments.opportunity_id
    inner join period_dates on period_moves.moved_on = period_dates.date_day
    group by
        deal_segments.segment_type,
        deal_segments.segment_id,
        period_moves.pipeline,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        period_moves.from_stage,
        period_moves.to_stage
),

unioned as (
    select * from cohorts
    union all
    select
        segment_type,
        segment_id,
        pipeline,
        "view",
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
        cast(null as bigint) as within_30_days,
        cast(null as bigint) as within_60_days,
        cast(null as bigint) as within_90_days
    from flows
),

-- time in stage: by the period in which a stage was entered (cohort view) or left (period view)
visits as (
    select
        opportunity_id,
        pipeline,
        stage,
        'cohort' as "view",
        entered_on as counted_on,
        {{ days_between('entered_on', 'left_on') }} as days_in_stage
    from entries
    where not is_won
    union all
    select
        opportunity_id,
        pipeline,
        stage,
        'period' as "view",
        left_on as counted_on,
        {{ days_between('entered_on', 'left_on') }} as days_in_stage
    from entries
    where not is_won and left_on is not null
),

times_in_stage as (
    select
        deal_segments.segment_type,
        deal_segments.segment_id,
        visits.pipeline,
        visits."view",
        period_dates.period_type,
        period_dates.period_start,
        visits.stage,
        {{ median('cast(visits.days_in_stage as double)') }} as median_days_in_stage,
        {{ percentile_90('cast(visits.days_in_stage as double)') }} as p90_days_in_stage,
        count(visits.days_in_stage) as completed_visit_count,
        count(*) - count(visits.days_in_stage) as open_visit_count
    from visits
    inner join deal_segments on visits.opportunity_id = deal_segments.opportunity_id
    inner join period_dates on visits.counted_on = period_dates.date_day
    group by
        deal_segments.segment_type,
        deal_segments.segment_id,
        visits.pipeline,
        visits."view",
        period_dates.period_type,
        period_dates.period_start,
        visits.stage
),

final as (
    select
        cast(unioned.segment_type as varchar) as segment_type,
        cast(unioned.segment_id as varchar) as segment_id,
        cast(segments.segment_name as varchar) as segment_name,
        cast(unioned.pipeline as varchar) as pipeline,
        cast(unioned."view" as varchar) as "view",
        cast(unioned.period_type as varchar) as period_type,
        unioned.period_start,
        unioned.period_end,
        cast(unioned.from_stage as varchar) as from_stage,
        cast(unioned.to_stage as varchar) as to_stage,
        cast(unioned.reached_count as bigint) as reached_count,
        cast(unioned.converted_count as bigint) as converted_count,
        unioned.open_count,
        unioned.lost_count,
        cast(unioned.converted_count as double) / nullif(cast(unioned.reached_count as double), 0) as conversion_rate,
        unioned.skipped_count,
        unioned.regressed_count,
        unioned.reentered_count,
        case
            when as_of.as_of_date >= {{ add_days('unioned.period_end', 30) }} then unioned.within_30_days
        end as converted_within_30_days,
        case
            when as_of.as_of_date >= {{ add_days('unioned.period_end', 60) }} then unioned.within_60_days
        end as converted_within_60_days,
        case
            when as_of.as_of_date >= {{ add_days('unioned.period_end', 90) }} then unioned.within_90_days
        end as converted_within_90_days,
        round(times_in_stage.median_days_in_stage, 12) as median_days_in_stage,
        round(times_in_stage.p90_days_in_stage, 12) as p90_days_in_stage,
        coalesce(times_in_stage.completed_visit_count, 0) as completed_visit_count,
        case when unioned."view" = 'cohort' then coalesce(times_in_stage.open_visit_count, 0) end as open_visit_count,
        {{ comparability_columns() }}
    from unioned
    cross join as_of
    inner join segments
        on
            unioned.segment_type = segments.segment_type
            and unioned.segment_id = segments.segment_id
    left join times_in_stage
        on
            unioned.segment_type = times_in_stage.segment_type
            and unioned.segment_id = times_in_stage.segment_id
            and unioned.pipeline = times_in_stage.pipeline
            and unioned."view" = times_in_stage."view"
            and unioned.period_type = times_in_stage.period_type
            and unioned.period_start = times_in_stage.period_start
            and unioned.from_stage = times_in_stage.stage
)

select * from final
