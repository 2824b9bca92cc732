{#- How the row's period was collected and what it may be compared with. Nothing judges this yet, and the columns say so. -#}
{% macro comparability_columns() -%}
    cast('unknown' as varchar) as collection_status,
        cast('unknown' as varchar) as comparability,
        cast('unknown' as varchar) as comparability_year_ago,
        cast(null as varchar) as comparability_reasons,
        cast('unknown' as varchar) as observation_status
{%- endmacro %}


{#- The version of the published columns: raised when one changes its name or its meaning. -#}
{% macro contract_version() -%}
    '1'
{%- endmacro %}
