-- The moves of each step: each entry into from_stage, and each move forward that reaches to_stage or a later stage.
with

entries as (
    select * from {{ ref('int_funnel_entries') }}
),

steps as (
    select * from {{ ref('int_funnel_steps') }}
),

final as (
    select
        steps.definition,
        steps.subject_type,
        entries.subject_id,
        steps.pipeline,
        steps.from_stage,
        steps.to_stage,
        steps.is_adjacent,
        entries.entered_on,
        entries.stage_position = steps.from_position as is_entry,
        entries.stage_position <> steps.from_position as is_conversion
    from entries
    inner join steps
        on
            entries.definition = steps.definition
            and entries.subject_type = steps.subject_type
            and entries.stage_sequence = steps.stage_sequence
            and (
                entries.stage_position = steps.from_position
                or (
                    entries.stage_position >= steps.to_position
                    and (steps.is_to_won or coalesce(entries.previous_position, 0) < steps.to_position)
                    and (entries.is_won_as_of or not steps.is_to_won)
                )
            )
)

select * from final
