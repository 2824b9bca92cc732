-- A current row of the register value_map whose column no model maps: it gives no value a meaning.
with

mapped_columns as (
    select
        sources.source,
        plain.object,
        coalesce(own.source_column, plain.source_column) as source_column
    from {{ source('raw', 'source') }} as sources
    inner join {{ ref('source_columns') }} as plain on plain.source is null and plain.is_mapped
    left join {{ ref('source_columns') }} as own
        on sources.source = own.source
            and plain.object = own.object
            and plain.canonical_column = own.canonical_column
),

value_maps as (
    select * from {{ ref('stg_registers__value_maps') }}
    where is_current
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
