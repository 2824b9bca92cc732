{#- Whether a whole text matches a pattern, in upper or lower case. -#}
{% macro is_like_pattern(expression, pattern) -%}
    regexp_matches({{ expression }}, '(?i)^(?:{{ pattern }})$')
{%- endmacro %}

{#- The part of a text that matches a group of `pattern`; null if the whole text does not match the pattern. -#}
{% macro part_of_pattern(expression, pattern, group) -%}
    case
        when {{ is_like_pattern(expression, pattern) }}
            then regexp_replace({{ expression }}, '(?i)^(?:{{ pattern }})$', '\{{ group }}')
    end
{%- endmacro %}

{#- A text without the parts that match `pattern`. -#}
{% macro without_pattern(expression, pattern) -%}
    regexp_replace({{ expression }}, '(?i){{ pattern }}', '', 'g')
{%- endmacro %}

{#- A name without the blanks and quotation marks around it. -#}
{% macro unquoted(expression) -%}
    {%- set quotes = '["\'\'“”‘’«»`]' -%}
    {{ trimmed(without_pattern(trimmed(expression), '^' ~ quotes ~ '+|' ~ quotes ~ '+$')) }}
{%- endmacro %}
