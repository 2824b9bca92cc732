{% macro add_days(day, days) -%}
    cast({{ day }} + to_days(cast({{ days }} as integer)) as date)
{%- endmacro %}

{% macro add_months(day, months) -%}
    cast({{ day }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{#- Days from `start` to `finish`: positive when finish is later. -#}
{% macro days_between(start, finish) -%}
    date_diff('day', {{ start }}, {{ finish }})
{%- endmacro %}

{#- 1 is Monday, 7 is Sunday. -#}
{% macro iso_weekday(day) -%}
    extract(isodow from {{ day }})
{%- endmacro %}

{#- One row per day, both ends included, as a select list item. -#}
{% macro each_day(first_day, last_day) -%}
    cast(unnest(generate_series(cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), interval 1 day)) as date)
{%- endmacro %}

{#- The first day of the fiscal period of `unit` (month, quarter, year) that contains `day`. -#}
{% macro fiscal_period_start(unit, day) -%}
    {%- set shift = var('fiscal_year_start_month') - 1 -%}
    {%- if shift == 0 or unit in ('week', 'month') -%}
        cast(date_trunc('{{ unit }}', {{ day }}) as date)
    {%- else -%}
        {{ add_months("cast(date_trunc('" ~ unit ~ "', " ~ add_months(day_of_month_start(day), -shift) ~ ") as date)", shift) }}
    {%- endif -%}
{%- endmacro %}

{% macro day_of_month_start(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{#- Whole months from one first day of a month to another. -#}
{% macro months_between(start, finish) -%}
    date_diff('month', {{ start }}, {{ finish }})
{%- endmacro %}
