{#- Whether `rows` were known at the end of `day`: delivered by then, and not yet superseded. -#}
{% macro is_known_on(rows, day, known_from='delivered_on', known_to='superseded_on') -%}
    {{ rows }}.{{ known_from }} <= {{ day }}
            and coalesce({{ rows }}.{{ known_to }} > {{ day }}, true)
{%- endmacro %}


{#- The days on which a staged row was delivered and superseded. -#}
{% macro delivery_days() -%}
    {{ business_date('extracted_at') }} as delivered_on,
        {{ business_date('case when not is_current then superseded_at end') }} as superseded_on
{%- endmacro %}
