with

conversions as (
    select * from {{ ref('int_bridge_conversions') }}
),

activities as (
    select * from {{ ref('int_bridge_activities') }}
),

segments as (
    select * from {{ ref('int_segments_listed') }}
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
        period_type,
        period_start,
        period_end,
        overlap,
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
        period_type,
        period_start,
        period_end,
        overlap,
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
        cast(unioned.break_id as varchar) as break_id,
        cast(unioned.metric as varchar) as metric,
        cast(unioned.segment_type as varchar) as segment_type,
        cast(unioned.segment_id as varchar) as segment_id,
        cast(segments.segment_name as varchar) as segment_name,
        cast(unioned.pipeline as varchar) as pipeline,
        cast(unioned."view" as varchar) as "view",
        cast(unioned.from_stage as varchar) as from_stage,
        cast(unioned.to_stage as varchar) as to_stage,
        cast(unioned.period_type as varchar) as period_type,
        unioned.period_start,
        unioned.period_end,
        cast(unioned.overlap as varchar) as overlap,
        unioned.old_numerator,
        unioned.old_denominator,
        unioned.old_value,
        unioned.new_numerator,
        unioned.new_denominator,
        unioned.new_value,
        round(unioned.new_value - unioned.old_value, 12) as difference
    from unioned
    inner join segments
        on
            unioned.segment_type = segments.segment_type
            and unioned.segment_id = segments.segment_id
),

final as (
    {{ with_comparability(
        'figures', 'figures.segment_type', 'figures.segment_id', 'figures.metric', pipeline="coalesce(figures.pipeline, '')"
    ) }}
)

select * from final
