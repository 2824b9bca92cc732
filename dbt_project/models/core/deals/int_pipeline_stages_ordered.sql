-- The open stages of each pipeline in their order, and won after the last. Lost is an exit and has no place in it.
with

labels as (
    select * from {{ ref('int_pipeline_labels_listed') }}
),

{{ stages_in_order('labels') }}

select * from stages_in_order
