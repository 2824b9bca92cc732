-- Each entry of a deal into a stage of its pipeline, and into won where the deal is won. Won counts from the close date;
-- lost is an exit and no stage.
with

stage_events as (
    select * from {{ ref('fct_stage_events') }}
),

pipeline_stages as (
    select * from {{ ref('int_pipeline_stages_ordered') }}
),

won_deals as (
    select
        opportunity_id,
        pipeline,
        source,
        source_pipeline,
        source_stage,
        closed_on
    from {{ ref('fct_opportunities') }}
    where is_won and closed_on is not null
),

open_stage_entries as (
    select
        stage_events.opportunity_id,
        stage_events.pipeline,
        stage_events.source,
        stage_events.source_pipeline,
        stage_events.to_source_stage as source_stage,
        stage_events.event_number,
        pipeline_stages.stage,
        pipeline_stages.position_in_pipeline,
        false as is_won,
        stage_events.changed_on as entered_on,
        stage_events.left_on
    from stage_events
    inner join pipeline_stages
        on
            stage_events.pipeline = pipeline_stages.pipeline
            and stage_events.to_stage = pipeline_stages.stage
    where not stage_events.is_closed
),

-- a win that was reopened later is no win, but the stages before it were reached
reopened_wins as (
    select
        stage_events.opportunity_id,
        stage_events.pipeline,
        stage_events.source,
        stage_events.source_pipeline,
        stage_events.to_source_stage as source_stage,
        stage_events.event_number,
        pipeline_stages.stage,
        pipeline_stages.position_in_pipeline,
        true as is_won,
        stage_events.changed_on as entered_on,
        stage_events.left_on
    from stage_events
    inner join pipeline_stages
        on
            stage_events.pipeline = pipeline_stages.pipeline
            and pipeline_stages.is_won
    left join won_deals on stage_events.opportunity_id = won_deals.opportunity_id
    where
        stage_events.is_won
        and (won_deals.opportunity_id is null or stage_events.left_on is not null)
),

wins as (
    select
        won_deals.opportunity_id,
        won_deals.pipeline,
        won_deals.source,
        won_deals.source_pipeline,
        won_deals.source_stage,
        cast(null as bigint) as event_number,
        pipeline_stages.stage,
        pipeline_stages.position_in_pipeline,
        true as is_won,
        won_deals.closed_on as entered_on,
        cast(null as date) as left_on
    from won_deals
    inner join pipeline_stages
        on
            won_deals.pipeline = pipeline_stages.pipeline
            and pipeline_stages.is_won
),

final as (
    select
        *,
        false as is_standing_win
    from open_stage_entries
    union all
    select
        *,
        false as is_standing_win
    from reopened_wins
    union all
    select
        *,
        true as is_standing_win
    from wins
)

select * from final
