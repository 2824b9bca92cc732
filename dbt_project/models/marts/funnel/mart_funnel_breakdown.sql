with

conversions as (
    select * from {{ ref('int_funnel_conversions_measured') }}
    where segment_type in ('lead_source', 'product_family', 'deal_size')
),

final as (
    select
        cast(segment_type as varchar) as dimension,
        cast(segment_id as varchar) as "value",
        cast(pipeline as varchar) as pipeline,
        cast(subject_type as varchar) as subject_type,
        {{ funnel_columns('conversions') }},
        {{ comparability_columns() }}
    from conversions
)

select * from final
