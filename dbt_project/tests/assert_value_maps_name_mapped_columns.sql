-- A current row of the register value_map whose column no model maps: it gives no value a meaning.
with

value_maps as (
    select * from {{ ref('stg_registers__value_maps') }}
    where is_current
),

mapped_columns as (
    select * from {{ ref('int_source_columns_named') }}
    where is_mapped
)

select
    value_maps.source_file,
    value_maps.source_row,
    value_maps.object || '.' || value_maps.field || ' of ' || value_maps.source
    || ' is not a column whose values the register maps' as message
from value_maps
left join mapped_columns
    on value_maps.source = mapped_columns.source
        and value_maps.object = mapped_columns.object
        and value_maps.field = lower(mapped_columns.source_column)
where mapped_columns.source is null
