{#- The newest value of `column` up to this row: rows without one keep what was known, '' forgets it (null).
    The value travels behind its row's `position`, so that one running maximum does it in every dialect. -#}
{% macro last_known(column, partition_by, position='position') -%}
    nullif(
            substr(
                max(lpad(cast({{ position }} as varchar), 9, '0') || {{ column }}) over (
                    partition by {{ partition_by }}
                    order by {{ position }}
                    rows between unbounded preceding and current row
                ),
                10
            ),
            ''
        )
{%- endmacro %}
