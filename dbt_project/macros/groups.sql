{#- The rows of a table in groups by some columns: each group with a number that differs where any column of any of its rows does. -#}
{% macro groups_of(table, columns) -%}
    select
        {{ columns }},
        {{ row_fingerprint('(' ~ columns ~ ', sum(' ~ row_fingerprint('each_row') ~ '))') }} as group_fingerprint
    from {{ table }} as each_row
    group by {{ columns }}
{%- endmacro %}


{#- Leaves of `rows` those of the `groups` to compute; a group that stays has one row, with nothing but its fingerprint: decision 9. -#}
{% macro join_new_groups(rows, groups, columns) -%}
    right join (select *, {{ is_new_group() }} as is_new from {{ groups }}) as {{ groups }}
        on
            {%- for column in columns %}
            {{ rows }}.{{ column }} = {{ groups }}.{{ column }} and
            {%- endfor %}
            {{ rows }}.{{ columns[0] }} = case when {{ groups }}.is_new then {{ groups }}.{{ columns[0] }} end
{%- endmacro %}


{#- Of a model whose groups are those of a table that it reads: before it computes the groups that changed, it deletes what it has of them. -#}
{% macro delete_changed_groups(groups, fingerprint='group_fingerprint') -%}
    {% if is_incremental() -%}
        delete from {{ this }} where {{ fingerprint }} not in (select {{ fingerprint }} from {{ groups }})
    {%- endif %}
{%- endmacro %}


{#- A condition on the groups that an incremental model has to compute. -#}
{% macro is_new_group(fingerprint='group_fingerprint') -%}
    {{ fingerprint ~ ' not in (select ' ~ (config.get('unique_key') or fingerprint) ~ ' from ' ~ this ~ ')' if is_incremental() else 'true' }}
{%- endmacro %}
