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
    {{ members_followed('steps', 'reached', 'subjects') }}
)

select * from final
