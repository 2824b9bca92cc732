with

conversions as (
    select * from {{ ref('int_funnel_conversions_measured') }}
    where segment_type in ('lead_source', 'product_family', 'deal_size')
),

figures as (
    select
        cast(conversions.segment_type as varchar) as dimension,
        cast(conversions.segment_id as varchar) as "value",
        cast(conversions.pipeline as varchar) as pipeline,
        cast(conversions.subject_type as varchar) as subject_type,
        {{ funnel_columns('conversions') }}
    from conversions
),

final as (
    {{ with_comparability(
        'figures', "'company'", "'company'",
        "'funnel_conversion_by_' || figures.dimension", pipeline='figures.pipeline'
    ) }}
)

select * from final
