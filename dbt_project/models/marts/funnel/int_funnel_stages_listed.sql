-- The stages of each track of the funnel: of deals a track is a pipeline, of leads a source, whose leads are the pipeline 'leads'.
with

deals as (
    select
        'opportunity' as subject_type,
        pipeline as track,
        pipeline,
        stage,
        position_in_pipeline as position_in_track,
        is_won
    from {{ ref('int_pipeline_stages_ordered') }}
),

leads as (
    select
        'lead' as subject_type,
        source as track,
        'leads' as pipeline,
        stage,
        position_in_track,
        is_won
    from {{ ref('int_lead_stages_listed') }}
),

final as (
    select * from deals
    union all
    select * from leads
)

select * from final
