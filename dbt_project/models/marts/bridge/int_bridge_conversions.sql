-- Conversion by the definition before each bridged change of stages (old) and by the current one (new), for the segments that the change
-- affects. A definition that lacks one of the stages of a step has no figures for it; 0 means that nothing was counted.
{% set step_columns = ['from_position_in_pipeline', 'to_position_in_pipeline', 'step_type'] %}
with

redefined_pipelines as (
    select distinct
        break_id,
        definition as old_definition,
        pipeline
    from {{ ref('int_stage_labels_redefined') }}
),

steps as (
    select * from {{ ref('int_funnel_steps') }}
    where subject_type = 'opportunity'
),

counts as (
    select * from {{ ref('int_funnel_counts') }}
    where subject_type = 'opportunity'
),

affected as (
    select * from {{ ref('int_affected_figures') }}
    where metric = 'funnel_conversion'
),

-- the steps of either definition, and which of the two have both of their stages
compared_steps as (
    select
        redefined_pipelines.break_id,
        redefined_pipelines.old_definition,
        steps.pipeline,
        steps.from_stage,
        steps.to_stage,
        {%- for column in step_columns %}
        coalesce(
            max(case when steps.definition = 'current' then steps.{{ column }} end), max(steps.{{ column }})
        ) as {{ column }},
        {%- endfor %}
        bool_or(steps.definition <> 'current') as is_in_old,
        bool_or(steps.definition = 'current') as is_in_new
    from redefined_pipelines
    inner join steps
        on redefined_pipelines.pipeline = steps.pipeline and steps.definition in ('current', redefined_pipelines.old_definition)
    group by redefined_pipelines.break_id, redefined_pipelines.old_definition, steps.pipeline, steps.from_stage, steps.to_stage
    having bool_or(steps.is_adjacent)
),

final as (
    select
        compared_steps.break_id,
        counts."view",
        compared_steps.pipeline,
        compared_steps.from_stage,
        compared_steps.to_stage,
        {%- for column in step_columns %}
        compared_steps.{{ column }},
        {%- endfor %}
        counts.segment_type,
        counts.segment_id,
        counts.period_type,
        counts.period_start,
        case
            when compared_steps.is_in_old
                then coalesce(max(case when counts.definition <> 'current' then counts.reached_count end), 0)
        end as old_reached_count,
        case
            when compared_steps.is_in_old
                then coalesce(max(case when counts.definition <> 'current' then counts.converted_count end), 0)
        end as old_converted_count,
        case
            when compared_steps.is_in_new
                then coalesce(max(case when counts.definition = 'current' then counts.reached_count end), 0)
        end as new_reached_count,
        case
            when compared_steps.is_in_new
                then coalesce(max(case when counts.definition = 'current' then counts.converted_count end), 0)
        end as new_converted_count
    from compared_steps
    inner join counts
        on
            counts.definition in ('current', compared_steps.old_definition)
            and compared_steps.pipeline = counts.pipeline
            and compared_steps.from_stage = counts.from_stage
            and compared_steps.to_stage = counts.to_stage
    inner join affected
        on
            compared_steps.break_id = affected.break_id
            and compared_steps.pipeline = affected.pipeline
            and counts.segment_type = affected.segment_type
            and counts.segment_id = affected.segment_id
    group by
        compared_steps.break_id, counts."view", compared_steps.pipeline, compared_steps.from_stage, compared_steps.to_stage,
        {{ step_columns | join(', ') }},
        compared_steps.is_in_old, compared_steps.is_in_new, counts.segment_type, counts.segment_id, counts.period_type,
        counts.period_start
)

select * from final
