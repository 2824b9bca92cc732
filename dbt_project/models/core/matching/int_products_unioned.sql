-- Every current row of the products of every source; those with an exclusion reason count nowhere.
{% set columns %}
    product_key, product_name, family, list_price, unit_cost, currency, source_exclusion, source_key, source_file,
    source_row, row_hash, extracted_at, is_current
{% endset %}

with

{{ steps_unioning_records('products', 'product_key', columns) }},

final as (
    select
        {{ canonical_id('source', 'product_key') }} as product_id,
        *,
        {{ exclusion_reason(source_exclusion='source_exclusion') }} as exclusion_reason
    from unioned
)

select * from final
