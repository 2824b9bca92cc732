-- The members of the cohort view by the current definition of the stages.
with

members as (
    select * from {{ ref('int_funnel_members') }}
    where definition = 'current' and is_adjacent and "view" = 'cohort'
),

final as (
    select
        members.subject_type,
        members.subject_id,
        members.pipeline,
        members.from_stage,
        members.to_stage,
        steps.from_position_in_pipeline,
        steps.to_position_in_pipeline,
        steps.step_type,
        members.counted_on as reached_on,
        members.converted_on,
        members.is_converted,
        members.is_still_open,
        members.is_lost,
        members.is_skipped,
        members.is_regressed,
        members.is_reentered
    from members
    {{ join_funnel_steps('members') }}
)

select * from final
