{#- The owner that each user of HubSpot is. -#}
{% macro hubspot_users() -%}
    select
        user_key,
        min(owner_key) as owner_key
    from {{ ref('stg_hubspot__owners') }}
    where is_current and user_key is not null
    group by user_key
{%- endmacro %}


{#- The keys that current rows of `model` name in `column` as merged into them, as `merged_key`. HubSpot shows a merge only on what is
    left of it. -#}
{% macro hubspot_merged_keys(model, column, key) -%}
    select distinct trim(merged_key) as merged_key
    from (
        select
            {{ key }},
            {{ each_part(column, ';') }} as merged_key
        from {{ ref(model) }}
        where is_current and {{ column }} is not null
    ) as parts
    where trim(merged_key) not in ('', {{ key }})
{%- endmacro %}
