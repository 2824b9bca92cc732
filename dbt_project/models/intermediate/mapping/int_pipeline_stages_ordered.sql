-- The open stages of each pipeline in their order, and won after the last. Lost is an exit and has no place in it. Pipelines of several
-- systems that the register value_map calls by one name are one.
with

stage_labels as (
    select * from {{ ref('int_stage_labels_mapped') }}
),

labels as (
    select
        {{ mapped_value('stage_labels', 'pipeline') }} as pipeline,
        stage_labels.stage,
        stage_labels.stage_order,
        stage_labels.is_closed,
        stage_labels.is_won
    from stage_labels
    {{ join_value_map('stage_labels', 'pipeline', 'opportunity', {'generic': 'pipeline'}) }}
),

stages as (
    select
        pipeline,
        stage,
        min(stage_order) as stage_order
    from labels
    where not is_closed
    group by pipeline, stage
),

won_stages as (
    select
        pipeline,
        min(stage) as stage
    from labels
    where is_won
    group by pipeline
),

numbered as (
    select
        pipeline,
        stage,
        row_number() over (partition by pipeline order by stage_order, stage) as position_in_pipeline,
        false as is_won
    from stages
),

final as (
    select
        pipeline,
        stage,
        position_in_pipeline,
        is_won
    from numbered
    union all
    select
        won_stages.pipeline,
        won_stages.stage,
        coalesce(max(numbered.position_in_pipeline), 0) + 1 as position_in_pipeline,
        true as is_won
    from won_stages
    left join numbered on won_stages.pipeline = numbered.pipeline
    group by won_stages.pipeline, won_stages.stage
)

select * from final
