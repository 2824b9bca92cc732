with

conversions as (
    select * from {{ ref('int_funnel_conversions') }}
),

dimensions as (
    select * from {{ ref('funnel_dimensions') }}
),

figures as (
    select
        dimensions.dimension,
        cast(conversions.segment_id as varchar) as "value",
        conversions.pipeline,
        conversions.subject_type,
        conversions."view",
        conversions.period_type,
        conversions.period_start,
        conversions.period_end,
        conversions.from_stage,
        conversions.to_stage,
        steps.from_position_in_pipeline,
        steps.to_position_in_pipeline,
        steps.step_type,
        conversions.reached_count,
        conversions.converted_count,
        conversions.open_count,
        conversions.lost_count,
        conversions.conversion_rate,
        conversions.skipped_count,
        conversions.regressed_count,
        conversions.reentered_count,
        conversions.converted_within_30_days,
        conversions.converted_within_60_days,
        conversions.converted_within_90_days,
        conversions.median_days_in_stage,
        conversions.p90_days_in_stage,
        conversions.completed_visit_count,
        conversions.open_visit_count
    from conversions
    inner join dimensions on conversions.segment_type = dimensions.dimension
    {{ join_funnel_steps('conversions') }}
),

final as (
    {{ with_comparability(
        'figures', "'company'", "'company'", "'funnel_conversion_by_' || figures.dimension", pipeline='figures.pipeline'
    ) }}
)

select * from final
