{#- Seconds after midnight of a setting HH:MM. -#}
{% macro seconds_of_setting(name) -%}
    {%- set hours, minutes = var(name).split(':') -%}
    {{ return((hours | int) * 3600 + (minutes | int) * 60) }}
{%- endmacro %}


{#- Business seconds from the beginning of the calendar to a wall clock's reading: those of the working days before its day, and
    of its own day, where that is one, the part of the working hours that has passed. `day` is the row of
    int_working_days_numbered for that day. -#}
{% macro business_seconds_through(reading, day) -%}
    {%- set opens_at = seconds_of_setting('business_day_starts_at') -%}
    {%- set length = seconds_of_setting('business_day_ends_at') - opens_at -%}
    {{ day }}.working_days_before * {{ length }}
        + case
            when {{ day }}.is_working_day
                then least(greatest({{ seconds_of_day(reading) }} - {{ opens_at }}, 0), {{ length }})
            else 0
        end
{%- endmacro %}
