{#- What DuckDB, Spark and Postgres say differently stands in this folder and nowhere else. -#}

{#- The value as `type`, null where it does not parse. -#}
{% macro safe_cast(expression, type) -%}
    try_cast({{ expression }} as {{ type }})
{%- endmacro %}


{#- A date written in `format` (strptime); ISO without one. -#}
{% macro parse_date(expression, format=none) -%}
    {%- if format -%}
        cast(try_strptime(trim({{ expression }}), '{{ format }}') as date)
    {%- else -%}
        try_cast(trim({{ expression }}) as date)
    {%- endif -%}
{%- endmacro %}


{#- true, t, yes and 1 in any case are true; their opposites false; anything else null. -#}
{% macro parse_boolean(expression) -%}
    case
        when lower(trim({{ expression }})) in ('true', 't', 'yes', 'y', '1') then true
        when lower(trim({{ expression }})) in ('false', 'f', 'no', 'n', '0') then false
    end
{%- endmacro %}
