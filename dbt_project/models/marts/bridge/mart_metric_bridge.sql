-- The overlap of a change: the period of each type in which it takes effect, and the periods before and after, if they have begun.
with

breaks as (
    select * from {{ ref('collection_break') }}
    where bridge_rule is not null and review is distinct from 'dismissed'
),

periods as (
    select
        *,
        row_number() over (partition by period_type order by period_start) as position_of_period
    from {{ ref('int_periods_in_use') }}
),

conversions as (
    select * from {{ ref('int_bridge_conversions') }}
),

activities as (
    select * from {{ ref('int_bridge_activities') }}
),

segments as (
    select * from {{ ref('int_segments_listed') }}
),

bridged_periods as (
    select
        breaks.break_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        case periods.position_of_period - within_periods.position_of_period
            when -1 then 'before'
            when 0 then 'within'
            else 'after'
        end as overlap
    from breaks
    inner join periods as within_periods
        on breaks.starts_on between within_periods.period_start and within_periods.period_end
    inner join periods
        on
            within_periods.period_type = periods.period_type
            and periods.position_of_period
            between within_periods.position_of_period - 1 and within_periods.position_of_period + 1
    inner join {{ ref('int_as_of_determined') }} as as_of on periods.period_start <= as_of.as_of_date
),

unioned as (
    select
        break_id,
        'funnel_conversion' as metric,
        segment_type,
        segment_id,
        pipeline,
        "view",
        from_stage,
        to_stage,
        from_position_in_pipeline,
        to_position_in_pipeline,
        step_type,
        period_type,
        period_start,
        old_converted_count as old_numerator,
        old_reached_count as old_denominator,
        new_converted_count as new_numerator,
        new_reached_count as new_denominator,
        cast(old_converted_count as double) / nullif(cast(old_reached_count as double), 0) as old_value,
        cast(new_converted_count as double) / nullif(cast(new_reached_count as double), 0) as new_value
    from conversions
    union all
    select
        break_id,
        metric,
        segment_type,
        segment_id,
        cast(null as varchar) as pipeline,
        cast(null as varchar) as "view",
        cast(null as varchar) as from_stage,
        cast(null as varchar) as to_stage,
        cast(null as bigint) as from_position_in_pipeline,
        cast(null as bigint) as to_position_in_pipeline,
        cast(null as varchar) as step_type,
        period_type,
        period_start,
        old_count as old_numerator,
        cast(null as bigint) as old_denominator,
        new_count as new_numerator,
        cast(null as bigint) as new_denominator,
        cast(old_count as double) as old_value,
        cast(new_count as double) as new_value
    from activities
),

figures as (
    select
        unioned.*,
        segments.segment_name,
        segments.is_leaf_team,
        bridged_periods.period_end,
        bridged_periods.overlap,
        round(unioned.new_value - unioned.old_value, 12) as difference
    from unioned
    inner join bridged_periods using (break_id, period_type, period_start)
    inner join segments using (segment_type, segment_id)
),

final as (
    {{ with_comparability(
        'figures', 'figures.segment_type', 'figures.segment_id', 'figures.metric', pipeline="coalesce(figures.pipeline, '')"
    ) }}
)

select * from final
