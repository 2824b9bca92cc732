-- The stages of each pipeline that a bridged change concerns, in their order, by the old definition and by the new one. A definition stands in
-- the place of what goes through the funnel (subject_type), so that the rules of the funnel keep the two apart.
with

labels as (
    select * from {{ ref('int_pipeline_labels_listed') }}
),

redefined as (
    select * from {{ ref('int_stage_labels_redefined') }}
),

concerned as (
    select distinct
        break_id,
        pipeline
    from redefined
),

labels_defined as (
    select
        concerned.break_id,
        'old' as definition,
        concerned.break_id || '|old' as subject_type,
        labels.*
    from concerned
    inner join labels on concerned.pipeline = labels.pipeline
    left join redefined
        on
            concerned.break_id = redefined.break_id
            and labels.source = redefined.source
            and labels.source_pipeline = redefined.source_pipeline
            and labels.source_stage = redefined.source_stage
    where redefined.break_id is null
    union all
    select
        concerned.break_id,
        'new' as definition,
        concerned.break_id || '|new' as subject_type,
        labels.*
    from concerned
    inner join labels on concerned.pipeline = labels.pipeline
),

{{ stages_in_order('labels_defined', ['break_id', 'definition', 'subject_type']) }},

final as (
    select
        break_id,
        definition,
        subject_type,
        pipeline as track,
        pipeline,
        stage,
        position_in_pipeline as position_in_track,
        is_won
    from stages_in_order
)

select * from final
