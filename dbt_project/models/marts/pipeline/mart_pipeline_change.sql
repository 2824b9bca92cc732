with

changes as (
    select * from {{ ref('int_deal_changes') }}
),

deal_segments as (
    {{ segments_of_deals() }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

quarters as (
    select
        date_day,
        period_end as quarter_end
    from period_dates
    where period_type = 'quarter'
),

timed as (
    select
        changes.*,
        {{ days_between('changes.changed_on', 'quarters.quarter_end') }} < {{ var('late_in_quarter_days') }} as is_late_in_quarter
    from changes
    inner join quarters on changes.changed_on = quarters.date_day
),

summed as (
    select
        deal_segments.segment_type,
        deal_segments.segment_id,
        timed.pipeline,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        count(case when timed.close_date_moved_days > 0 then 1 end) as slip_count,
        count(distinct case when timed.close_date_moved_days > 0 then timed.opportunity_id end) as slipped_deal_count,
        {{ median('cast(case when timed.close_date_moved_days > 0 then timed.close_date_moved_days end as double)') }}
            as median_slip_days,
        count(case when timed.close_date_moved_days < 0 then 1 end) as pulled_in_count,
        count(case when timed.is_amount_changed then 1 end) as amount_change_count,
        sum(timed.amount_change_reporting) as amount_change_net,
        count(case when timed.is_amount_changed and timed.is_late_in_quarter then 1 end) as late_amount_change_count,
        sum(case when timed.is_late_in_quarter then timed.amount_change_reporting end) as late_amount_change_net,
        count(case when timed.is_amount_changed and timed.amount_change_reporting is null then 1 end) as unknown_change_count,
        count(
            case when timed.is_late_in_quarter and timed.is_amount_changed and timed.amount_change_reporting is null then 1 end
        ) as unknown_late_change_count
    from timed
    inner join deal_segments on timed.opportunity_id = deal_segments.opportunity_id
    inner join period_dates on timed.changed_on = period_dates.date_day
    group by
        deal_segments.segment_type, deal_segments.segment_id, timed.pipeline, period_dates.period_type, period_dates.period_start,
        period_dates.period_end
),

figures as (
    select
        cast(summed.segment_type as varchar) as segment_type,
        cast(summed.segment_id as varchar) as segment_id,
        cast(segments.segment_name as varchar) as segment_name,
        segments.is_leaf_team,
        cast(summed.pipeline as varchar) as pipeline,
        cast(summed.period_type as varchar) as period_type,
        summed.period_start,
        summed.period_end,
        summed.slip_count,
        summed.slipped_deal_count,
        round(summed.median_slip_days, 12) as median_slip_days,
        summed.pulled_in_count,
        summed.amount_change_count,
        {{ with_cents(
            'case when summed.unknown_change_count = 0 then coalesce(summed.amount_change_net, 0) else summed.amount_change_net end'
        ) }} as amount_change_net,
        summed.late_amount_change_count,
        {{ with_cents(
            'case when summed.unknown_late_change_count = 0 then coalesce(summed.late_amount_change_net, 0)'
            ~ ' else summed.late_amount_change_net end'
        ) }} as late_amount_change_net,
        summed.unknown_change_count
    from summed
    inner join {{ ref('int_segments_listed') }} as segments using (segment_type, segment_id)
),

final as (
    {{ with_comparability(
        'figures', 'figures.segment_type', 'figures.segment_id',
        "'pipeline_coverage'", pipeline='figures.pipeline'
    ) }}
)

select * from final
