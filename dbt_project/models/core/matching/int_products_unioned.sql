{% set columns %}
    product_key, product_name, family, list_price, unit_cost, currency, source_exclusion, source_key, source_file,
    source_row, row_hash, extracted_at, is_current
{% endset %}

with

versions as (
    {{ union_sources('products', columns) }}
),

first_seen as (
    select
        *,
        min(extracted_at) over (partition by source, product_key) as first_seen_at
    from versions
),

final as (
    select
        {{ canonical_id('source', 'product_key') }} as product_id,
        *,
        {{ exclusion_reason(source_exclusion='source_exclusion') }} as exclusion_reason
    from first_seen
    where is_current
)

select * from final
