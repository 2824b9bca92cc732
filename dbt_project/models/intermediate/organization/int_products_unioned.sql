{% set columns = 'product_key, product_name, family, list_price, unit_cost, currency, source_key, source_file, source_row, row_hash' %}

with

unioned as (
    {% for source in ['crm_sales', 'generic'] -%}
    select '{{ source }}' as source, {{ columns }} from {{ ref('stg_' ~ source ~ '__products') }} where is_current
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        {{ canonical_id('source', 'product_key') }} as product_id,
        *,
        {{ exclusion_reason() }} as exclusion_reason
    from unioned
)

select * from final
