-- Each entry of a deal into an open stage or into won. Won counts from the close date. Lost is an exit and not a stage. A deal won on an
-- unknown date is neither converted nor lost: the funnel leaves it out, and the exclusion ledger lists it.
with

deals as (
    select * from {{ ref('fct_opportunities') }}
    where not is_won or closed_on is not null
),

stage_events as (
    select * from {{ ref('fct_stage_events') }}
),

-- a win that was reopened later is not a win as of as_of, but the stages before it were reached
entries_by_event as (
    select
        deals.opportunity_id,
        stage_events.pipeline,
        stage_events.source,
        stage_events.source_pipeline,
        stage_events.to_source_stage as source_stage,
        stage_events.event_number,
        stage_events.to_stage as stage,
        stage_events.is_closed as is_won,
        false as is_won_as_of,
        stage_events.changed_on as entered_on,
        stage_events.left_on,
        deals.is_closed
    from stage_events
    inner join deals on stage_events.opportunity_id = deals.opportunity_id
    where
        not stage_events.is_closed
        or (stage_events.is_won and (not deals.is_won or stage_events.left_on is not null))
),

wins as (
    select
        opportunity_id,
        pipeline,
        source,
        source_pipeline,
        source_stage,
        cast(null as bigint) as event_number,
        stage,
        true as is_won,
        true as is_won_as_of,
        closed_on as entered_on,
        cast(null as date) as left_on,
        is_closed
    from deals
    where is_won
),

final as (
    select * from entries_by_event
    union all
    select * from wins
)

select * from final
