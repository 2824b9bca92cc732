{#- Of several rows for one quota and day in a plan the one in position 1 counts. A given effective_from comes before a blank one. -#}
{% macro position_in_plan(plan) -%}
    row_number() over (
            partition by {{ plan }}, assignee_type, assignee_id, metric, period_type, period_start, in_force_from
            order by effective_from asc nulls last, row_hash desc, source_file asc, source_row asc
        )
{%- endmacro %}


{#- The sum of a quota's days rounded to cents: first to 6 digits, so that thirds of a day add up to an exact half cent. -#}
{% macro rounded_quota(amount) -%}
    {{ with_cents('round(round(' ~ amount ~ ', 6), 2)') }}
{%- endmacro %}


{#- The order of the types of periods by their length. -#}
{% macro period_rank(period_type) -%}
    case {{ period_type }} when 'week' then 1 when 'month' then 2 when 'quarter' then 3 when 'year' then 4 end
{%- endmacro %}


{#- The months from `first_day` to `last_day` in which a rep was employed; all of them where hired_on and ended_on are null. -#}
{% macro employed_months(first_day, last_day) -%}
    greatest({{ months_between(
        day_of_month_start('greatest(' ~ first_day ~ ', coalesce(hired_on, ' ~ first_day ~ '))'),
        day_of_month_start('least(' ~ last_day ~ ', coalesce(ended_on, ' ~ last_day ~ '))')
    ) }} + 1, 0)
{%- endmacro %}
