-- What the stage labels of each pipeline mean. Pipelines of several systems that the register value_map calls by one name are one.
with

stage_labels as (
    select * from {{ ref('int_stage_labels_mapped') }}
),

final as (
    select
        stage_labels.source,
        stage_labels.pipeline as source_pipeline,
        stage_labels.source_stage,
        {{ mapped_value('stage_labels', 'pipeline') }} as pipeline,
        stage_labels.stage,
        stage_labels.stage_order,
        stage_labels.is_closed,
        stage_labels.is_won
    from stage_labels
    {{ join_value_map('stage_labels', 'pipeline', 'opportunity') }}
)

select * from final
