{#- The days after a period's end at which its figure is compared with today's, one row each. -#}
{% macro waits_after_period_end() -%}
    {%- for days in [0, 7, 30] %}
    select {{ days }} as days_after
    {{- ' union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
