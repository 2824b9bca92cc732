-- When a deal first reached each stage: its first entry into that stage or any later one; going back never unreaches it.
-- Won is reached only while the deal is won.
with

entries as (
    select * from {{ ref('int_stage_entries_numbered') }}
),

pipeline_stages as (
    select * from {{ ref('int_pipeline_stages_ordered') }}
),

reached as (
    select
        entries.opportunity_id,
        entries.pipeline,
        pipeline_stages.stage,
        pipeline_stages.position_in_pipeline,
        pipeline_stages.is_won,
        min(entries.entered_on) as reached_on,
        count(case
            when entries.position_in_pipeline = pipeline_stages.position_in_pipeline then 1
        end) as entry_count
    from entries
    inner join pipeline_stages
        on
            entries.pipeline = pipeline_stages.pipeline
            and entries.position_in_pipeline >= pipeline_stages.position_in_pipeline
    where not pipeline_stages.is_won or entries.is_standing_win
    group by
        entries.opportunity_id,
        entries.pipeline,
        pipeline_stages.stage,
        pipeline_stages.position_in_pipeline,
        pipeline_stages.is_won
),

-- the move out of a stage is the next entry; a smaller position is a step back
moves as (
    select
        opportunity_id,
        position_in_pipeline,
        lead(position_in_pipeline) over (partition by opportunity_id order by event_number nulls last) as next_position
    from entries
),

regressions as (
    select distinct
        opportunity_id,
        position_in_pipeline
    from moves
    where next_position < position_in_pipeline
),

final as (
    select
        reached.opportunity_id,
        reached.pipeline,
        reached.stage,
        reached.position_in_pipeline,
        reached.is_won,
        reached.reached_on,
        reached.entry_count = 0 as is_skipped,
        reached.entry_count > 1 as is_reentered,
        regressions.opportunity_id is not null as is_regressed
    from reached
    left join regressions
        on
            reached.opportunity_id = regressions.opportunity_id
            and reached.position_in_pipeline = regressions.position_in_pipeline
)

select * from final
