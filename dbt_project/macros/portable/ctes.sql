{#- A named step that is read twice and is not kept in between, so that each reader's filter reaches its tables. Empty in Spark, which keeps none. -#}
{% macro not_materialized() -%}
    not materialized
{%- endmacro %}

{#- The columns of a table but some: in Spark, except in place of exclude. -#}
{% macro all_columns_but(table, columns) -%}
    {{ table }}.* exclude ({{ columns }})
{%- endmacro %}
