-- The members of the cohort view by the current definition of the stages.
with

members as (
    select * from {{ ref('int_funnel_members') }}
    where definition = 'current' and is_adjacent and "view" = 'cohort'
),

final as (
    select
        subject_type,
        subject_id,
        pipeline,
        from_stage,
        to_stage,
        counted_on as reached_on,
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
