with

final as (
    select
        cast(product_id as varchar) as product_id,
        cast(product_name as varchar) as product_name,
        cast(source as varchar) as source,
        record_count,
        cast(family as varchar) as family,
        cast(list_price as decimal(18, 4)) as list_price,
        cast(unit_cost as decimal(18, 4)) as unit_cost,
        cast(currency as varchar) as currency
    from {{ ref('int_products_matched') }}
)

select * from final
