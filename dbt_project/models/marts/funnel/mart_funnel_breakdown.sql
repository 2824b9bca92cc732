with

conversions as (
    select * from {{ ref('int_funnel_conversions_measured') }}
    where segment_type in ('lead_source', 'product_family', 'deal_size')
),

final as (
    select
        cast(conversions.segment_type as varchar) as dimension,
        cast(conversions.segment_id as varchar) as "value",
        cast(conversions.pipeline as varchar) as pipeline,
        cast(conversions.subject_type as varchar) as subject_type,
        {{ funnel_columns('conversions') }},
        {{ comparability_columns() }}
    from conversions
)

select * from final
