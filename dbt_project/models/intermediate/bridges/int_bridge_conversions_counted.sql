-- noqa: disable=LT02
-- Conversion by the old and by the new definition of each bridged change of stages, over its overlap, for those whom the change touches. The
-- steps are those of both definitions: over an inserted stage leads the old one.
with

stages as (
    select * from {{ ref('int_bridge_stages_listed') }}
),

entries as (
    select * from {{ ref('int_bridge_entries_listed') }}
),

redefined as (
    select * from {{ ref('int_stage_labels_redefined') }}
),

periods as (
    select * from {{ ref('int_bridge_periods_listed') }}
),

segments as (
    select * from {{ ref('int_funnel_segments_expanded') }}
    where subject_type = 'opportunity' and segment_type in ('company', 'team', 'rep')
),

touches as (
    select * from {{ ref('int_collection_touches_found') }}
    where metric = 'funnel_conversion'
),

opportunities as (
    select * from {{ ref('int_opportunities_resolved') }}
),

definitions as (
    select distinct
        break_id,
        definition,
        subject_type,
        track
    from stages
),

-- who closed a deal in a stage that the old definition does not know left it open for its reader
subjects as (
    select
        definitions.subject_type,
        known.subject_id,
        definitions.track,
        known.is_closed and (redefined.break_id is null or redefined.former_stage is not null) as is_closed
    from {{ ref('int_funnel_subjects_unioned') }} as known
    inner join definitions on known.track = definitions.track
    inner join opportunities on known.subject_id = opportunities.opportunity_id
    left join redefined
        on
            definitions.break_id = redefined.break_id
            and definitions.definition = 'old'
            and opportunities.source = redefined.source
            and opportunities.source_pipeline = redefined.source_pipeline
            and opportunities.source_stage = redefined.source_stage
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

counted_by_day as (
    select
        views."view",
        views.subject_type,
        views.pipeline,
        views.from_stage,
        views.to_stage,
        segments.segment_type,
        segments.segment_id,
        views.counted_on,
        sum(views.reached) as reached_count,
        sum(views.converted) as converted_count
    from views
    inner join segments on views.subject_id = segments.subject_id
    group by
        views."view",
        views.subject_type,
        views.pipeline,
        views.from_stage,
        views.to_stage,
        segments.segment_type,
        segments.segment_id,
        views.counted_on
),

counted as (
    select
        definitions.break_id,
        counted_by_day."view",
        counted_by_day.pipeline,
        counted_by_day.from_stage,
        counted_by_day.to_stage,
        counted_by_day.segment_type,
        counted_by_day.segment_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.overlap,
        {%- for definition in ['old', 'new'] %}
        cast(
            sum(case when definitions.definition = '{{ definition }}' then counted_by_day.reached_count else 0 end) as bigint
        ) as {{ definition }}_reached_count,
        cast(
            sum(case when definitions.definition = '{{ definition }}' then counted_by_day.converted_count else 0 end) as bigint
        ) as {{ definition }}_converted_count{{ ',' if not loop.last }}
        {%- endfor %}
    from counted_by_day
    inner join definitions
        on
            counted_by_day.subject_type = definitions.subject_type
            and counted_by_day.pipeline = definitions.track
    inner join touches
        on
            definitions.break_id = touches.break_id
            and counted_by_day.pipeline = touches.pipeline
            and counted_by_day.segment_type = touches.segment_type
            and counted_by_day.segment_id = touches.segment_id
    inner join periods
        on
            definitions.break_id = periods.break_id
            and counted_by_day.counted_on between periods.period_start and periods.period_end
    group by
        definitions.break_id,
        counted_by_day."view",
        counted_by_day.pipeline,
        counted_by_day.from_stage,
        counted_by_day.to_stage,
        counted_by_day.segment_type,
        counted_by_day.segment_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.overlap
),

-- a definition without the step knows nothing of it
final as (
    select
        counted.break_id,
        counted."view",
        counted.pipeline,
        counted.from_stage,
        counted.to_stage,
        counted.segment_type,
        counted.segment_id,
        counted.period_type,
        counted.period_start,
        counted.period_end,
        counted.overlap,
        {%- for definition in ['old', 'new'] %}
        case when {{ definition }}_steps.break_id is not null then counted.{{ definition }}_reached_count end
            as {{ definition }}_reached_count,
        case when {{ definition }}_steps.break_id is not null then counted.{{ definition }}_converted_count end
            as {{ definition }}_converted_count{{ ',' if not loop.last }}
        {%- endfor %}
    from counted
    {%- for definition in ['old', 'new'] %}
    left join steps as {{ definition }}_steps
        on
            counted.break_id = {{ definition }}_steps.break_id
            and {{ definition }}_steps.definition = '{{ definition }}'
            and counted.pipeline = {{ definition }}_steps.pipeline
            and counted.from_stage = {{ definition }}_steps.from_stage
            and counted.to_stage = {{ definition }}_steps.to_stage
    {%- endfor %}
)

select * from final
