-- The steps of each stage sequence: each pair of adjacent stages, the last open stage to won, and the first stage to won. To compare the two
-- definitions of a bridged change, each of them also has the steps of the other: the old step leads over an inserted stage.
with

stages as (
    select * from {{ ref('int_funnel_stages') }}
),

pairs as (
    select
        from_stages.definition,
        from_stages.subject_type,
        from_stages.stage_sequence,
        from_stages.pipeline,
        from_stages.stage as from_stage,
        from_stages.stage_position as from_position,
        to_stages.stage as to_stage,
        to_stages.stage_position as to_position,
        from_stages.position_in_pipeline as from_position_in_pipeline,
        to_stages.position_in_pipeline as to_position_in_pipeline,
        to_stages.is_won as is_to_won,
        to_stages.stage_position = from_stages.stage_position + 1
        or (from_stages.stage_position = 1 and to_stages.is_won) as is_adjacent,
        case
            when from_stages.stage_position = 1 and to_stages.is_won and to_stages.stage_position > 2 then 'total'
            else 'step'
        end as step_type
    from stages as from_stages
    inner join stages as to_stages
        on
            from_stages.definition = to_stages.definition
            and from_stages.subject_type = to_stages.subject_type
            and from_stages.stage_sequence = to_stages.stage_sequence
            and from_stages.stage_position < to_stages.stage_position
),

final as (
    select *
    from pairs
    where
        is_adjacent
        or exists (
            select 1
            from pairs as others
            where
                others.is_adjacent
                and others.subject_type = pairs.subject_type
                and others.stage_sequence = pairs.stage_sequence
                and others.from_stage = pairs.from_stage
                and others.to_stage = pairs.to_stage
                and 'current' in (pairs.definition, others.definition)
        )
)

select * from final
