{{ config(tags=['build']) }}

-- Columns <type>_count of mart_activity_daily whose type is not in the registry.
select columns_of_types.activity_type
from (
    select cast(null as varchar) as activity_type
    {%- for type in types_with_a_column() %}
    union all
    select '{{ type }}' as activity_type
    {%- endfor %}
) as columns_of_types
left join {{ ref('activity_types') }} as activity_types
    on columns_of_types.activity_type = activity_types.activity_type
where columns_of_types.activity_type is not null and activity_types.activity_type is null
