-- The members of the cohort view by the current definition of the stages.
with

members as (
    select * from {{ ref('int_funnel_members') }}
    where definition = 'current' and is_adjacent
),

final as (
    select
        cast(subject_type as varchar) as subject_type,
        cast(subject_id as varchar) as subject_id,
        cast(pipeline as varchar) as pipeline,
        cast(from_stage as varchar) as from_stage,
        cast(to_stage as varchar) as to_stage,
        reached_on,
        converted_on,
        is_converted,
        is_still_open,
        is_lost,
        is_skipped,
        is_regressed,
        is_reentered
    from members
)

select * from final
