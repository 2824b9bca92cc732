{% set columns %}
    product_key, product_name, family, list_price, unit_cost, currency, source_exclusion, source_key, source_file,
    source_row, row_hash
{% endset %}

with

unioned as (
    {{ union_sources('products', columns, 'is_current') }}
),

final as (
    select
        {{ canonical_id('source', 'product_key') }} as product_id,
        *,
        {{ exclusion_reason(source_exclusion='source_exclusion') }} as exclusion_reason
    from unioned
)

select * from final
