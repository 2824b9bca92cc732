-- The steps of each pipeline: each pair of adjacent stages, the last stage → won, and the first stage → won.
with

stages as (
    select * from {{ ref('int_pipeline_stages_ordered') }}
),

final as (
    select
        from_stages.pipeline,
        from_stages.stage as from_stage,
        from_stages.position_in_pipeline as from_position,
        to_stages.stage as to_stage,
        to_stages.position_in_pipeline as to_position,
        to_stages.is_won as is_to_won
    from stages as from_stages
    inner join stages as to_stages
        on
            from_stages.pipeline = to_stages.pipeline
            and (
                to_stages.position_in_pipeline = from_stages.position_in_pipeline + 1
                or (from_stages.position_in_pipeline = 1 and to_stages.is_won)
            )
    where not from_stages.is_won
)

select * from final
