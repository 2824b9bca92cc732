with

conversions as (
    select * from {{ ref('int_funnel_conversions') }}
),

segments as (
    select * from {{ ref('int_segments_listed') }}
),

figures as (
    select
        cast(conversions.segment_type as varchar) as segment_type,
        cast(conversions.segment_id as varchar) as segment_id,
        cast(segments.segment_name as varchar) as segment_name,
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
    inner join segments
        on
            conversions.segment_type = segments.segment_type
            and conversions.segment_id = segments.segment_id
),

final as (
    {{ with_comparability(
        'figures', 'figures.segment_type', 'figures.segment_id', "'funnel_conversion'", pipeline='figures.pipeline'
    ) }}
)

select * from final
