{#- One row per part of a text that `separator` divides, as a select list item. -#}
{% macro each_part(expression, separator) -%}
    unnest(string_split({{ expression }}, '{{ separator }}'))
{%- endmacro %}

{#- The texts of a group in one, separated by commas, in an order: an aggregate. -#}
{% macro joined_in_order(expression, order_by) -%}
    string_agg({{ expression }}, ', ' order by {{ order_by }})
{%- endmacro %}

{#- The same without a blank behind the comma: a list of ids. -#}
{% macro listed_in_order(expression, order_by) -%}
    string_agg({{ expression }}, ',' order by {{ order_by }})
{%- endmacro %}
