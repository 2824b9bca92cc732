{#- An amount in the reporting currency, to the cent, half away from zero. -#}
{% macro in_reporting_currency(amount, rate) -%}
    cast(round({{ amount }} * {{ rate }}, 2) as decimal(18, 2))
{%- endmacro %}


{#- The metric that counts an activity of a type; none does of another type. -#}
{% macro metric_of_activity(activity_type) -%}
    case {{ activity_type }}
            when 'call' then 'calls'
            when 'email' then 'emails'
            when 'meeting' then 'meetings'
            when 'proposal' then 'proposals'
        end
{%- endmacro %}
