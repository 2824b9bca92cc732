{#- Of several rows for one quota and day in a plan the one in position 1 counts. A given effective_from comes before a blank one. -#}
{% macro position_in_plan(plan) -%}
    row_number() over (
            partition by {{ plan }}, assignee_type, assignee_id, metric, period_type, period_start, in_force_from
            order by effective_from asc nulls last, row_hash desc, source_file asc, source_row asc
        )
{%- endmacro %}


{#- The sum of a quota's days rounded to cents: first to 6 digits, so that thirds of a day add up to an exact half cent. -#}
{% macro rounded_quota(amount) -%}
    cast(round(round({{ amount }}, 6), 2) as decimal(18, 2))
{%- endmacro %}
