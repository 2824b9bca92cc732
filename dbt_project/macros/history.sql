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


{#- Of the records that are one, the first known value of `column` by their `precedence`: an aggregate. -#}
{% macro first_known(column, type='varchar') -%}
    cast(substr(min(lpad(cast(precedence as varchar), 9, '0') || cast({{ column }} as varchar)), 10) as {{ type }})
{%- endmacro %}
