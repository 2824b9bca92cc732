{#- Whether a whole text is of a pattern, in upper or lower case. -#}
{% macro is_like_pattern(expression, pattern) -%}
    regexp_matches({{ expression }}, '(?i)^(?:{{ pattern }})$')
{%- endmacro %}


{#- What a group of `pattern` stands for in a text that is of it as a whole; null where the text is not. -#}
{% macro part_of_pattern(expression, pattern, group) -%}
    case
        when {{ is_like_pattern(expression, pattern) }}
            then regexp_replace({{ expression }}, '(?i)^(?:{{ pattern }})$', '\{{ group }}')
    end
{%- endmacro %}


{#- A text without what `pattern` finds in it. -#}
{% macro without_pattern(expression, pattern) -%}
    regexp_replace({{ expression }}, '(?i){{ pattern }}', '', 'g')
{%- endmacro %}


{#- A name without the blanks and quotation marks around it. -#}
{% macro unquoted(expression) -%}
    {%- set quotes = '["\'\'“”‘’«»`]' -%}
    {{ trimmed(without_pattern(trimmed(expression), '^' ~ quotes ~ '+|' ~ quotes ~ '+$')) }}
{%- endmacro %}
