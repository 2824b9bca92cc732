{#- A number that differs where any column of a row does; `row` is the name of its table. xxhash64 in Spark, hashtextextended in Postgres. -#}
{% macro row_fingerprint(row) -%}
    hash({{ row }})
{%- endmacro %}
