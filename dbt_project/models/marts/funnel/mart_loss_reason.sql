with

losses as (
    select * from {{ ref('int_losses_explained') }}
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

summed as (
    select
        deal_segments.segment_type,
        deal_segments.segment_id,
        losses.pipeline,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        losses.loss_stage,
        losses.loss_reason,
        count(*) as lost_count,
        sum(losses.amount_reporting) as lost_amount,
        count(*) - count(losses.amount_reporting) as unknown_amount_count
    from losses
    inner join deal_segments on losses.opportunity_id = deal_segments.opportunity_id
    inner join period_dates on losses.closed_on = period_dates.date_day
    group by
        deal_segments.segment_type,
        deal_segments.segment_id,
        losses.pipeline,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        losses.loss_stage,
        losses.loss_reason
),

shared as (
    select
        *,
        sum(lost_count) over (
            partition by segment_type, segment_id, pipeline, period_type, period_start
        ) as all_lost_count
    from summed
),

figures as (
    select
        cast(shared.segment_type as varchar) as segment_type,
        cast(shared.segment_id as varchar) as segment_id,
        cast(segments.segment_name as varchar) as segment_name,
        cast(shared.pipeline as varchar) as pipeline,
        cast(shared.period_type as varchar) as period_type,
        shared.period_start,
        shared.period_end,
        cast(shared.loss_stage as varchar) as loss_stage,
        cast(shared.loss_reason as varchar) as loss_reason,
        shared.lost_count,
        cast(shared.lost_amount as decimal(18, 2)) as lost_amount,
        shared.unknown_amount_count,
        cast(shared.all_lost_count as bigint) as all_lost_count,
        cast(shared.lost_count as double) / cast(shared.all_lost_count as double) as share_of_lost
    from shared
    inner join segments
        on
            shared.segment_type = segments.segment_type
            and shared.segment_id = segments.segment_id
),

final as (
    {{ with_comparability(
        'figures', 'figures.segment_type', 'figures.segment_id',
        "'loss_reason'", pipeline='figures.pipeline'
    ) }}
)

select * from final
