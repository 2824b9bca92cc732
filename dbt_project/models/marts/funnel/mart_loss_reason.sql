with

lost_deals as (
    select * from {{ ref('fct_opportunities') }}
    where is_closed and not is_won and closed_on is not null
),

stage_events as (
    select * from {{ ref('fct_stage_events') }}
),

deal_segments as (
    {{ segments_of_deals() }}
),

last_closes as (
    select
        opportunity_id,
        max(event_number) as event_number
    from stage_events
    where is_closed
    group by opportunity_id
),

-- a deal is lost from its last open stage before the last close; a stage change after the loss does not count
open_stages_before as (
    select
        stage_events.opportunity_id,
        stage_events.to_stage,
        row_number() over (
            partition by stage_events.opportunity_id order by stage_events.event_number desc
        ) as position_from_loss
    from stage_events
    left join last_closes using (opportunity_id)
    where
        not stage_events.is_closed
        and (last_closes.event_number is null or stage_events.event_number < last_closes.event_number)
),

losses as (
    select
        lost_deals.*,
        coalesce(open_stages_before.to_stage, 'unknown') as loss_stage,
        coalesce(lost_deals.loss_reason, 'unknown') as given_reason
    from lost_deals
    left join open_stages_before
        on lost_deals.opportunity_id = open_stages_before.opportunity_id and open_stages_before.position_from_loss = 1
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
        losses.given_reason as loss_reason,
        count(*) as lost_count,
        sum(losses.amount_reporting) as lost_amount,
        count(*) - count(losses.amount_reporting) as unknown_amount_count
    from losses
    inner join deal_segments using (opportunity_id)
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on losses.closed_on = period_dates.date_day
    group by
        deal_segments.segment_type, deal_segments.segment_id, losses.pipeline, period_dates.period_type,
        period_dates.period_start, period_dates.period_end, losses.loss_stage, losses.given_reason
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
        shared.segment_type,
        shared.segment_id,
        segments.segment_name,
        segments.is_leaf_team,
        shared.pipeline,
        shared.period_type,
        shared.period_start,
        shared.period_end,
        shared.loss_stage,
        stages.position_in_pipeline,
        shared.loss_reason,
        shared.lost_count,
        {{ with_cents('shared.lost_amount') }} as lost_amount,
        shared.unknown_amount_count,
        cast(shared.all_lost_count as bigint) as all_lost_count,
        cast(shared.lost_count as double) / cast(shared.all_lost_count as double) as share_of_lost
    from shared
    inner join {{ ref('int_segments_listed') }} as segments using (segment_type, segment_id)
    left join {{ ref('int_funnel_stages') }} as stages
        on
            shared.pipeline = stages.pipeline
            and shared.loss_stage = stages.stage
            and stages.definition = 'current'
            and stages.subject_type = 'opportunity'
            and not stages.is_won
),

final as (
    {{ with_comparability(
        'figures', 'figures.segment_type', 'figures.segment_id',
        "'loss_reason'", pipeline='figures.pipeline'
    ) }}
)

select * from final
