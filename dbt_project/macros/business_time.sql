{#- Business seconds from the beginning of the calendar to a wall clock's reading: those of the working days before its day, and
    of its own day, where that is one, the part of the working hours that has passed. `day` is the row of
    int_working_days for that day. -#}
{% macro business_seconds_through(reading, day) -%}
    {%- set opens = var('business_day_starts_at').split(':') -%}
    {%- set closes = var('business_day_ends_at').split(':') -%}
    {%- set opens_at = (opens[0] | int) * 3600 + (opens[1] | int) * 60 -%}
    {%- set length = (closes[0] | int) * 3600 + (closes[1] | int) * 60 - opens_at -%}
    {{ day }}.working_days_before * {{ length }}
        + case
            when {{ day }}.is_working_day
                then least(greatest({{ seconds_of_day(reading) }} - {{ opens_at }}, 0), {{ length }})
            else 0
        end
{%- endmacro %}
