-- Each product once, under its canonical id, however many sources deliver it.
with

identified as (
    {{ matched_records('product') }}
),

final as (
    select
        cast(canonical_id as varchar) as product_id,
        {{ first_known('record_name') }} as product_name,
        cast({{ source_of_id('canonical_id') }} as varchar) as source,
        count(*) as record_count,
        {{ first_known('family') }} as family,
        {{ first_known('list_price', 'decimal(18, 4)') }} as list_price,
        {{ first_known('unit_cost', 'decimal(18, 4)') }} as unit_cost,
        {{ first_known('currency') }} as currency
    from identified
    group by canonical_id
)

select * from final
