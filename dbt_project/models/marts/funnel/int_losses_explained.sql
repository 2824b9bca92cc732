-- Each lost deal with the last open stage before the loss and the reason given. A stage change after the loss is no stage of it.
with

lost_deals as (
    select * from {{ ref('fct_opportunities') }}
    where is_closed and not is_won and closed_on is not null
),

stage_events as (
    select * from {{ ref('fct_stage_events') }}
),

last_closes as (
    select
        opportunity_id,
        max(event_number) as event_number
    from stage_events
    where is_closed
    group by opportunity_id
),

open_stages_before as (
    select
        stage_events.opportunity_id,
        stage_events.to_stage,
        row_number() over (
            partition by stage_events.opportunity_id order by stage_events.event_number desc
        ) as position_from_loss
    from stage_events
    left join last_closes on stage_events.opportunity_id = last_closes.opportunity_id
    where
        not stage_events.is_closed
        and (last_closes.event_number is null or stage_events.event_number < last_closes.event_number)
),

final as (
    select
        lost_deals.opportunity_id,
        lost_deals.pipeline,
        lost_deals.closed_on,
        coalesce(open_stages_before.to_stage, 'unknown') as loss_stage,
        coalesce(lost_deals.loss_reason, 'unknown') as loss_reason,
        lost_deals.amount_reporting
    from lost_deals
    left join open_stages_before
        on
            lost_deals.opportunity_id = open_stages_before.opportunity_id
            and open_stages_before.position_from_loss = 1
)

select * from final
