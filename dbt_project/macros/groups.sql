{#- The rows of a table in groups by some columns: each group with a number that differs where any column of any of its rows does. -#}
{% macro groups_of(table, columns) -%}
    select
        {{ columns }},
        {{ row_fingerprint('(' ~ columns ~ ', sum(' ~ row_fingerprint('each_row') ~ '))') }} as group_fingerprint
    from {{ table }} as each_row
    group by {{ columns }}
{%- endmacro %}


{#- Before an incremental model computes the groups that changed, it deletes what it has of them, and of those that are gone: decision 9. -#}
{% macro delete_changed_groups(groups, fingerprint='group_fingerprint') -%}
    {% if is_incremental() -%}
        delete from {{ this }} where {{ fingerprint }} not in (select {{ fingerprint }} from {{ groups }})
    {%- endif %}
{%- endmacro %}


{#- A condition on the groups that an incremental model has to compute. -#}
{% macro is_new_group(fingerprint='group_fingerprint') -%}
    {{ fingerprint ~ ' not in (select ' ~ fingerprint ~ ' from ' ~ this ~ ')' if is_incremental() else 'true' }}
{%- endmacro %}
