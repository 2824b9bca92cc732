with

open_deals as (
    select * from {{ ref('int_open_deals') }}
),

deal_segments as (
    {{ segments_of_deals() }}
),

velocities as (
    select * from {{ ref('int_pipeline_velocity') }}
),

segments as (
    select * from {{ ref('int_segments_listed') }}
),

gaps as (
    select
        attainments.assignee_type as segment_type,
        attainments.assignee_id as segment_id,
        attainments.gap_amount
    from {{ ref('mart_quota_attainment') }} as attainments
    inner join {{ ref('int_as_of_determined') }} as as_of
        on as_of.as_of_date between attainments.period_start and attainments.period_end
    where
        attainments.metric = 'revenue_won'
        and attainments.period_type = 'quarter'
        and attainments.gap_amount is not null
        and not attainments.is_partial_quota
),

open_deals_in_pipelines as (
    select
        *,
        pipeline as shown_pipeline
    from open_deals
    where pipeline <> 'all'
    union all
    select
        *,
        'all' as shown_pipeline
    from open_deals
),

summed as (
    select
        deal_segments.segment_type,
        deal_segments.segment_id,
        open_deals.shown_pipeline as pipeline,
        count(*) as open_deal_count,
        sum(open_deals.amount_reporting) as open_amount,
        count(*) - count(open_deals.amount_reporting) as unknown_amount_count,
        count(open_deals.is_past_due) as dated_deal_count,
        count(case when open_deals.is_past_due then 1 end) as past_due_count,
        count(open_deals.slip_count) as versioned_deal_count,
        count(case when open_deals.slip_count > 0 then 1 end) as slipped_count,
        cast(sum(open_deals.slip_count) as bigint) as slip_count,
        {{ median('cast(open_deals.slipped_days as double)') }} as median_slipped_days,
        count(open_deals.is_without_activity) as tracked_deal_count,
        count(case when open_deals.is_without_activity then 1 end) as inactive_count
    from open_deals_in_pipelines as open_deals
    inner join deal_segments on open_deals.opportunity_id = deal_segments.opportunity_id
    group by deal_segments.segment_type, deal_segments.segment_id, open_deals.shown_pipeline
),

keys as (
    select
        segment_type,
        segment_id,
        pipeline
    from velocities
    union
    select
        segment_type,
        segment_id,
        'all' as pipeline
    from gaps
),

final as (
    select
        cast(keys.segment_type as varchar) as segment_type,
        cast(keys.segment_id as varchar) as segment_id,
        cast(segments.segment_name as varchar) as segment_name,
        segments.is_leaf_team,
        cast(keys.pipeline as varchar) as pipeline,
        coalesce(summed.open_deal_count, 0) as open_deal_count,
        coalesce(velocities.qualified_deal_count, 0) as qualified_deal_count,
        {{ with_cents('case when summed.open_deal_count is null then 0 else summed.open_amount end') }} as open_amount,
        coalesce(summed.unknown_amount_count, 0) as unknown_amount_count,
        gaps.gap_amount as remaining_gap_amount,
        case
            when gaps.gap_amount > 0
                then
                    cast(case when summed.open_deal_count is null then 0 else summed.open_amount end as double)
                    / cast(gaps.gap_amount as double)
        end as coverage_ratio,
        case
            when summed.open_deal_count is null then 0
            when summed.dated_deal_count > 0 then summed.past_due_count
        end as past_due_deal_count,
        case
            when summed.open_deal_count is null then 0
            when summed.versioned_deal_count > 0 then summed.slipped_count
        end as slipped_deal_count,
        case
            when summed.open_deal_count is null then 0
            when summed.tracked_deal_count > 0 then summed.inactive_count
        end as inactive_deal_count,
        case when summed.open_deal_count is null then 0 else summed.slip_count end as slip_count,
        round(summed.median_slipped_days, 12) as median_slipped_days,
        cast({{ var('days_without_activity') }} as bigint) as days_without_activity,
        cast({{ var('velocity_window_days') }} as bigint) as velocity_window_days,
        coalesce(velocities.won_deal_count, 0) as won_deal_count,
        coalesce(velocities.closed_deal_count, 0) as closed_deal_count,
        velocities.win_rate,
        velocities.average_won_amount,
        velocities.median_cycle_days,
        velocities.velocity_per_day
    from keys
    inner join segments using (segment_type, segment_id)
    left join summed using (segment_type, segment_id, pipeline)
    left join velocities using (segment_type, segment_id, pipeline)
    left join gaps using (segment_type, segment_id)
)

select * from final
