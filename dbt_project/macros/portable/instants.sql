{#- The instant in UTC of a text: with an offset or Z as it says, else local in `time_zone`.
    A plain date is the start of that day in the reporting time zone, so that its business date is itself. -#}
{% macro parse_instant(expression, time_zone) -%}
    case
        when length(trim({{ expression }})) <= 10
            then cast(
                timezone('UTC', timezone('{{ var("reporting_time_zone") }}', try_cast(trim({{ expression }}) as timestamp)))
                as timestamp
            )
        when regexp_matches(trim({{ expression }}), '(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)$')
            then cast(timezone('UTC', try_cast(trim({{ expression }}) as timestamptz)) as timestamp)
        else cast(timezone('UTC', timezone({{ time_zone }}, try_cast(trim({{ expression }}) as timestamp))) as timestamp)
    end
{%- endmacro %}


{#- The business date of a UTC instant. -#}
{% macro business_date(instant) -%}
    cast(timezone('{{ var("reporting_time_zone") }}', timezone('UTC', {{ instant }})) as date)
{%- endmacro %}


{#- The UTC instant at which a business date begins. -#}
{% macro start_of_business_date(day) -%}
    cast(timezone('UTC', timezone('{{ var("reporting_time_zone") }}', cast({{ day }} as timestamp))) as timestamp)
{%- endmacro %}
