with

stages_reached as (
    select * from {{ ref('int_stages_reached') }}
),

subjects as (
    select * from {{ ref('int_funnel_subjects_unioned') }}
),

stages as (
    select * from {{ ref('int_funnel_stages_listed') }}
),

final as (
    select
        cast(stages_reached.subject_type as varchar) as subject_type,
        cast(stages_reached.subject_id as varchar) as subject_id,
        cast(stages.pipeline as varchar) as pipeline,
        cast(stages_reached.stage as varchar) as stage,
        stages_reached.reached_on,
        stages_reached.is_skipped,
        stages_reached.is_regressed,
        stages_reached.is_reentered,
        subjects.is_closed
    from stages_reached
    inner join subjects
        on
            stages_reached.subject_type = subjects.subject_type
            and stages_reached.subject_id = subjects.subject_id
    inner join stages
        on
            stages_reached.subject_type = stages.subject_type
            and stages_reached.track = stages.track
            and stages_reached.stage = stages.stage
)

select * from final
