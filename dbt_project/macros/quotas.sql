{#- Which of the rows for one quota and day holds in a plan: 1. A stated effective_from beats a blank one. -#}
{% macro position_in_plan(plan) -%}
    row_number() over (
            partition by {{ plan }}, assignee_type, assignee_id, metric, period_type, period_start, in_force_from
            order by effective_from asc nulls last, row_hash desc, source_file asc, source_row asc
        )
{%- endmacro %}


{#- A quota out of the amounts of its days, to cents: first to 6 digits, so that thirds of a day add up to the half cent that
    they are. -#}
{% macro rounded_quota(amount) -%}
    cast(round(round({{ amount }}, 6), 2) as decimal(18, 2))
{%- endmacro %}
