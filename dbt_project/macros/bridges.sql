{#- Whether a value of a bridged column is one of the project's own, so that no register needs to know it. -#}
{% macro is_canonical_value(column, value) -%}
    case {{ column }}
            when 'activity_type' then lower({{ value }}) in ('call', 'email', 'meeting', 'proposal')
            when 'direction' then lower({{ value }}) in ('inbound', 'outbound')
            else false
        end
{%- endmacro %}
