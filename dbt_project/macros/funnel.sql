{#- Joins to `rows` the step that each is of, as `steps`, by the current definition of the stages: where both stages are in the pipeline, and
    whether it is a step or the total. Several sources may have a step of leads, which is the same in all of them. -#}
{% macro join_funnel_steps(rows) -%}
    left join (
        select distinct subject_type, pipeline, from_stage, to_stage, from_position_in_pipeline, to_position_in_pipeline, step_type
        from {{ ref('int_funnel_steps') }}
        where definition = 'current'
    ) as steps
        on
            {{ rows }}.subject_type = steps.subject_type
            and {{ rows }}.pipeline = steps.pipeline
            and {{ rows }}.from_stage = steps.from_stage
            and {{ rows }}.to_stage = steps.to_stage
{%- endmacro %}


{#- The segments that each deal counts in. -#}
{% macro segments_of_deals() -%}
    select
        subject_id as opportunity_id,
        segment_type,
        segment_id
    from {{ ref('fct_segment_subjects') }}
    where subject_type = 'opportunity' and segment_type in ('company', 'team', 'rep')
{%- endmacro %}
