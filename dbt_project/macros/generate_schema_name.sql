{#- A model's schema follows from the prefix of its name: base_ and stg_ in staging, int_ in intermediate, collection_ in quality, and
    what is published (fct_, dim_, mart_ and the like) in marts. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if node.resource_type == 'model' -%}
        {{ {'base': 'staging', 'stg': 'staging', 'int': 'intermediate', 'collection': 'quality'}.get(node.name.split('_')[0], 'marts') }}
    {%- else -%}
        {{ custom_schema_name | trim if custom_schema_name else target.schema }}
    {%- endif -%}
{%- endmacro %}
