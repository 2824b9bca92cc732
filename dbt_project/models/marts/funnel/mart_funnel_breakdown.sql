with

conversions as (
    select * from {{ ref('int_funnel_conversions') }}
),

dimensions as (
    select * from {{ ref('funnel_dimensions') }}
),

figures as (
    select
        cast(dimensions.dimension as varchar) as dimension,
        cast(conversions.segment_id as varchar) as "value",
        cast(conversions.pipeline as varchar) as pipeline,
        cast(conversions.subject_type as varchar) as subject_type,
        cast(conversions."view" as varchar) as "view",
        cast(conversions.period_type as varchar) as period_type,
        conversions.period_start,
        conversions.period_end,
        cast(conversions.from_stage as varchar) as from_stage,
        cast(conversions.to_stage as varchar) as to_stage,
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
),

final as (
    {{ with_comparability(
        'figures', "'company'", "'company'", "'funnel_conversion_by_' || figures.dimension", pipeline='figures.pipeline'
    ) }}
)

select * from final
