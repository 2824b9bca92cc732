{#- The days after a period's end at which it is asked what the extracts had said, one row each. -#}
{% macro waits_after_period_end() -%}
    {%- for days in [0, 7, 30] %}
    select {{ days }} as days_after
    {{- ' union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- The spans of days between the days of `boundaries` (one row a `key` and day `known_from`): within one nothing was told anew. -#}
{% macro spans_between(boundaries, key) -%}
    select
        {{ key }},
        known_from,
        lead(known_from) over (partition by {{ key }} order by known_from) as known_to
    from {{ boundaries }}
{%- endmacro %}


{#- The days from which and until which `rows` of a `key` were told, or stood: between two of them nothing of it changes. -#}
{% macro days_told(rows, key, starts='known_from', ends='known_to') -%}
    select
        {{ key }},
        {{ starts }} as known_from
    from {{ rows }}
    union
    select
        {{ key }},
        {{ ends }} as known_from
    from {{ rows }}
    where {{ ends }} is not null
{%- endmacro %}


{#- Whether `rows` were told, or stood, throughout a span that begins on `day`. -#}
{% macro was_told_on(rows, day, starts='known_from', ends='known_to') -%}
    {{ rows }}.{{ starts }} <= {{ day }}
            and ({{ rows }}.{{ ends }} is null or {{ rows }}.{{ ends }} > {{ day }})
{%- endmacro %}


{#- The days from which and until which a staged row was told. -#}
{% macro told_days(rows) -%}
    {{ business_date(rows ~ '.extracted_at') }} as known_from,
        {{ business_date('case when not ' ~ rows ~ '.is_current then ' ~ rows ~ '.superseded_at end') }} as known_to
{%- endmacro %}
