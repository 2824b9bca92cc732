{#- The instant in UTC of a text: by its offset or Z, else local in `time_zone`; written as canonical_instant understands it.
    A plain date is the start of that day in the reporting time zone, so its business date is the same date.
    With a `format` (strptime) that does not begin with the year it may also be written in that format, local in `time_zone`. -#}
{% macro parse_instant(expression, time_zone, format=none) -%}
    {%- set formatted = "timezone('UTC', timezone(" ~ time_zone ~ ", " ~ formatted_instant(expression, format) ~ "))" -%}
    {%- set written -%}
        list_filter(list_transform([{{ canonical_instant(expression) }}], lambda written: case
            when length(written) = 10 then {{ start_of_business_date('try_cast(written as date)') }}
            when regexp_matches(written, '(Z|[+-][0-9:]+)$')
                then cast(timezone('UTC', try_cast(written as timestamptz)) as timestamp)
            else cast(timezone('UTC', timezone({{ time_zone }}, try_cast(written as timestamp))) as timestamp) end),
            lambda instant: instant <= {{ latest_instant() }})[1]
    {%- endset -%}
    {%- if not format -%}
    {{ written }}
    {%- else -%}
    cast({{ formatted if format.startswith('%Y') else 'coalesce(' ~ formatted ~ ', ' ~ written ~ ')' }} as timestamp)
    {%- endif -%}
{%- endmacro %}

{#- The last instant in UTC that is in year 9999 in every time zone. -#}
{% macro latest_instant() %}cast('9999-12-31 09:59:59' as timestamp){% endmacro %}

{#- The instant in UTC of a text as parse_instant reads it, or of the milliseconds since 1970. -#}
{% macro parse_instant_or_milliseconds(expression, time_zone) -%}
    case
        when {{ looks_like(expression, '[0-9]{12,13}') }}
            then cast(make_timestamp_ms(try_cast({{ trimmed(expression) }} as bigint)) as timestamp)
        else {{ parse_instant(expression, time_zone) }}
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

{#- The local time in `time_zone` at a UTC instant. -#}
{% macro local_instant(instant, time_zone) -%}
    cast(timezone({{ time_zone }}, timezone('UTC', {{ instant }})) as timestamp)
{%- endmacro %}

{#- The name of an IANA time zone; null if there is no such zone. -#}
{% macro known_time_zone(name) -%}
    case when {{ name }} in (select zones.name from pg_timezone_names() as zones) then {{ name }} end
{%- endmacro %}

{#- Whole seconds from one instant to a later one. -#}
{% macro seconds_between(start, finish) -%}
    date_diff('second', {{ start }}, {{ finish }})
{%- endmacro %}

{#- Whole seconds from midnight to a local time. -#}
{% macro seconds_of_day(instant) -%}
    date_diff('second', date_trunc('day', {{ instant }}), {{ instant }})
{%- endmacro %}
