-- The steps of each track: each pair of adjacent stages, the last stage → won, and the first stage → won.
with

stages as (
    select * from {{ ref('int_funnel_stages_listed') }}
),

final as (
    select
        from_stages.subject_type,
        from_stages.track,
        from_stages.pipeline,
        from_stages.stage as from_stage,
        from_stages.position_in_track as from_position,
        to_stages.stage as to_stage,
        to_stages.position_in_track as to_position,
        to_stages.is_won as is_to_won
    from stages as from_stages
    inner join stages as to_stages
        on
            from_stages.subject_type = to_stages.subject_type
            and from_stages.track = to_stages.track
            and (
                to_stages.position_in_track = from_stages.position_in_track + 1
                or (from_stages.position_in_track = 1 and to_stages.is_won)
            )
    where not from_stages.is_won
)

select * from final
