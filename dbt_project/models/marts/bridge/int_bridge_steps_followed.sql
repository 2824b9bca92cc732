-- Who reached the stages of a step, and who moved through it, by the old and by the new definition of each bridged change of stages. The steps
-- are those of both definitions: over an inserted stage leads the old one.
with

stages as (
    select * from {{ ref('int_bridge_stages_listed') }}
),

entries as (
    select * from {{ ref('int_bridge_entries_listed') }}
),

definitions as (
    select distinct
        break_id,
        definition,
        subject_type,
        track
    from stages
),

subjects as (
    select
        definitions.subject_type,
        known.subject_id,
        known.is_closed
    from {{ ref('int_funnel_subjects_unioned') }} as known
    inner join definitions on known.track = definitions.track
    where known.subject_type = 'opportunity'
),

adjacent as (
    {{ funnel_steps('stages') }}
),

steps_of_both as (
    select distinct
        definitions.break_id,
        adjacent.pipeline,
        adjacent.from_stage,
        adjacent.to_stage
    from adjacent
    inner join definitions
        on
            adjacent.subject_type = definitions.subject_type
            and adjacent.track = definitions.track
),

steps as (
    select
        from_stages.break_id,
        from_stages.definition,
        from_stages.subject_type,
        from_stages.track,
        from_stages.pipeline,
        from_stages.stage as from_stage,
        from_stages.position_in_track as from_position,
        to_stages.stage as to_stage,
        to_stages.position_in_track as to_position,
        to_stages.is_won as is_to_won
    from steps_of_both
    inner join stages as from_stages
        on
            steps_of_both.break_id = from_stages.break_id
            and steps_of_both.pipeline = from_stages.pipeline
            and steps_of_both.from_stage = from_stages.stage
    inner join stages as to_stages
        on
            from_stages.subject_type = to_stages.subject_type
            and from_stages.track = to_stages.track
            and steps_of_both.to_stage = to_stages.stage
),

{{ stages_reached('entries', 'stages') }},

members as (
    {{ members_followed('steps', 'stages_reached', 'subjects') }}
),

{{ funnel_moves('entries', 'steps') }},

views as (
    select
        'cohort' as "view",
        subject_type,
        subject_id,
        pipeline,
        from_stage,
        to_stage,
        reached_on as counted_on,
        1 as reached,
        case when is_converted then 1 else 0 end as converted
    from members
    union all
    select
        'period' as "view",
        funnel_moves.subject_type,
        funnel_moves.subject_id,
        funnel_moves.pipeline,
        funnel_moves.from_stage,
        funnel_moves.to_stage,
        funnel_moves.moved_on as counted_on,
        funnel_moves.reached,
        funnel_moves.converted
    from funnel_moves
    inner join subjects
        on
            funnel_moves.subject_type = subjects.subject_type
            and funnel_moves.subject_id = subjects.subject_id
),

final as (
    select
        definitions.break_id,
        definitions.definition,
        views."view",
        views.pipeline,
        views.from_stage,
        views.to_stage,
        views.subject_id as opportunity_id,
        views.counted_on,
        views.reached,
        views.converted
    from views
    inner join definitions
        on
            views.subject_type = definitions.subject_type
            and views.pipeline = definitions.track
)

select * from final
