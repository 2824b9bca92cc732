{#- One row a part of a text that `separator` divides, as a select list item. -#}
{% macro each_part(expression, separator) -%}
    unnest(string_split({{ expression }}, '{{ separator }}'))
{%- endmacro %}
