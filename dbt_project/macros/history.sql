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


{#- `column` where the log never tells it of a subject: the first delivered row is the first that does, and reaches back. Of a row
    that `told_<column>` and `is_logged` describe. -#}
{% macro known_or_first_delivered(column, partition_by, position='position') -%}
    coalesce(
            {{ last_known('told_' ~ column, partition_by, position) }},
            case
                when
                    max(case when is_logged and told_{{ column }} is not null then 1 else 0 end) over (
                        partition by {{ partition_by }}
                    ) = 0
                    and {{ position }} < min(case when not is_logged then {{ position }} end) over (
                        partition by {{ partition_by }}
                    )
                    then nullif(
                        substr(
                            min(
                                case
                                    when not is_logged
                                        then lpad(cast({{ position }} as varchar), 9, '0') || coalesce(told_{{ column }}, '')
                                end
                            ) over (partition by {{ partition_by }}),
                            10
                        ),
                        ''
                    )
            end
        )
{%- endmacro %}
