-- The stages of each stage sequence in their order, won last. Deals have a sequence per pipeline; leads have one per source, because a
-- source that does not record a stage of its leads has no such stage. A pipeline with a bridged change also has the stages of the definition
-- before the change, without the labels that the change introduced.
with

labels as (
    select * from {{ ref('int_stage_labels_mapped') }}
),

redefined as (
    select * from {{ ref('int_stage_labels_redefined') }}
),

lead_entries as (
    select
        stage_sequence,
        stage,
        event_number as stage_order
    from {{ ref('int_stage_entries') }}
    where subject_type = 'lead'
),

redefined_pipelines as (
    select distinct
        definition,
        pipeline
    from redefined
),

labels_by_definition as (
    select
        'current' as definition,
        labels.*
    from labels
    union all
    select
        redefined_pipelines.definition,
        labels.*
    from redefined_pipelines
    inner join labels using (pipeline)
    left join redefined using (definition, source, source_pipeline, source_stage)
    where redefined.source is null
),

unordered as (
    select
        definition,
        'opportunity' as subject_type,
        pipeline as stage_sequence,
        pipeline,
        stage,
        false as is_won,
        min(stage_order) as stage_order
    from labels_by_definition
    where not is_closed
    group by definition, pipeline, stage
    union all
    -- several labels that mean won are one stage
    select
        definition,
        'opportunity' as subject_type,
        pipeline as stage_sequence,
        pipeline,
        min(stage) as stage,
        true as is_won,
        cast(null as bigint) as stage_order
    from labels_by_definition
    where is_won
    group by definition, pipeline
    union all
    select distinct
        'current' as definition,
        'lead' as subject_type,
        stage_sequence,
        'leads' as pipeline,
        stage,
        false as is_won,
        stage_order
    from lead_entries
    where stage <> 'won'
    union all
    -- leads are won by their deals
    select distinct
        'current' as definition,
        'lead' as subject_type,
        stage_sequence,
        'leads' as pipeline,
        'won' as stage,
        true as is_won,
        cast(null as bigint) as stage_order
    from lead_entries
    where stage = 'opportunity'
),

final as (
    select
        definition,
        subject_type,
        stage_sequence,
        pipeline,
        stage,
        row_number() over (
            partition by definition, subject_type, stage_sequence
            order by is_won, stage_order, stage
        ) as stage_position,
        -- leads have a sequence per source and one pipeline
        dense_rank() over (
            partition by definition, subject_type, pipeline
            order by is_won, stage_order, stage
        ) as position_in_pipeline,
        is_won
    from unordered
)

select * from final
