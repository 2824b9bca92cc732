-- Who is counted in the cohort view: each deal and lead that reached from_stage of a step, and what became of it by as_of.
with

steps as (
    select * from {{ ref('int_funnel_steps_listed') }}
),

reached as (
    select * from {{ ref('int_stages_reached') }}
),

subjects as (
    select * from {{ ref('int_funnel_subjects_unioned') }}
),

final as (
    select
        reached.subject_type,
        reached.subject_id,
        steps.pipeline,
        steps.from_stage,
        steps.to_stage,
        reached.reached_on,
        next_reached.reached_on as converted_on,
        reached.is_skipped,
        reached.is_regressed,
        reached.is_reentered,
        next_reached.subject_id is not null as is_converted,
        next_reached.subject_id is null and not subjects.is_closed as is_still_open,
        next_reached.subject_id is null and subjects.is_closed as is_lost,
        {{ days_between('reached.reached_on', 'next_reached.reached_on') }} as days_to_convert
    from reached
    inner join steps
        on
            reached.subject_type = steps.subject_type
            and reached.track = steps.track
            and reached.position_in_track = steps.from_position
    inner join subjects
        on
            reached.subject_type = subjects.subject_type
            and reached.subject_id = subjects.subject_id
    left join reached as next_reached
        on
            reached.subject_type = next_reached.subject_type
            and reached.subject_id = next_reached.subject_id
            and steps.to_position = next_reached.position_in_track
)

select * from final
