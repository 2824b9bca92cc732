{#- An amount in the reporting currency, to the cent, half away from zero; null where it is too large to be true and to be summed. -#}
{% macro in_reporting_currency(amount, rate) -%}
    case when not {{ is_too_large(amount, rate) }} then cast(round({{ amount }} * {{ rate }}, 2) as decimal(18, 2)) end
{%- endmacro %}

{% macro is_too_large(amount, factor) -%}
    abs(cast({{ amount }} as double) * cast({{ factor }} as double)) >= 1e15
{%- endmacro %}
