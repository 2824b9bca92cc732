{#- Only published tables carry their descriptions as comments: nobody else opens the other tables, and a comment costs a query per table. -#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- if relation.schema in ('marts', 'quality') -%}
        {%- do dbt.default__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- endif -%}
{%- endmacro %}
