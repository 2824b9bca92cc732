-- noqa: disable=LT02
-- Conversion by the old and by the new definition of each bridged change of stages, over its overlap, for those whom the change touches.
with

followed as (
    select * from {{ ref('int_bridge_steps_followed') }}
),

stages as (
    select * from {{ ref('int_bridge_stages_listed') }}
),

periods as (
    select * from {{ ref('int_bridge_periods_listed') }}
),

segments as (
    select * from {{ ref('int_funnel_segments_expanded') }}
    where subject_type = 'opportunity' and segment_type in ('company', 'team', 'rep')
),

touches as (
    select * from {{ ref('int_affected_figures') }}
    where metric = 'funnel_conversion'
),

counted_by_day as (
    select
        followed.break_id,
        followed.definition,
        followed."view",
        followed.pipeline,
        followed.from_stage,
        followed.to_stage,
        segments.segment_type,
        segments.segment_id,
        followed.counted_on,
        sum(followed.reached) as reached_count,
        sum(followed.converted) as converted_count
    from followed
    inner join segments on followed.opportunity_id = segments.subject_id
    group by
        followed.break_id,
        followed.definition,
        followed."view",
        followed.pipeline,
        followed.from_stage,
        followed.to_stage,
        segments.segment_type,
        segments.segment_id,
        followed.counted_on
),

counted as (
    select
        counted_by_day.break_id,
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
            sum(case when counted_by_day.definition = '{{ definition }}' then counted_by_day.reached_count else 0 end) as bigint
        ) as {{ definition }}_reached_count,
        cast(
            sum(case when counted_by_day.definition = '{{ definition }}' then counted_by_day.converted_count else 0 end) as bigint
        ) as {{ definition }}_converted_count{{ ',' if not loop.last }}
        {%- endfor %}
    from counted_by_day
    inner join touches
        on
            counted_by_day.break_id = touches.break_id
            and counted_by_day.pipeline = touches.pipeline
            and counted_by_day.segment_type = touches.segment_type
            and counted_by_day.segment_id = touches.segment_id
    inner join periods
        on
            counted_by_day.break_id = periods.break_id
            and counted_by_day.counted_on between periods.period_start and periods.period_end
    group by
        counted_by_day.break_id,
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

-- a definition without one of its stages knows nothing of a step
known as (
    select
        from_stages.break_id,
        from_stages.definition,
        from_stages.pipeline,
        from_stages.stage as from_stage,
        to_stages.stage as to_stage
    from stages as from_stages
    inner join stages as to_stages
        on
            from_stages.subject_type = to_stages.subject_type
            and from_stages.track = to_stages.track
),

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
        case when {{ definition }}_known.break_id is not null then counted.{{ definition }}_reached_count end
            as {{ definition }}_reached_count,
        case when {{ definition }}_known.break_id is not null then counted.{{ definition }}_converted_count end
            as {{ definition }}_converted_count{{ ',' if not loop.last }}
        {%- endfor %}
    from counted
    {%- for definition in ['old', 'new'] %}
    left join known as {{ definition }}_known
        on
            counted.break_id = {{ definition }}_known.break_id
            and {{ definition }}_known.definition = '{{ definition }}'
            and counted.pipeline = {{ definition }}_known.pipeline
            and counted.from_stage = {{ definition }}_known.from_stage
            and counted.to_stage = {{ definition }}_known.to_stage
    {%- endfor %}
)

select * from final
