with

source_rows as (
    select * from {{ source('raw', 'generic__product') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('product_id') }} as product_key,

        -- text
        {{ text('name') }} as product_name,
        {{ text('family') }} as family,
        {{ text('currency') }} as currency,

        -- numbers
        {{ parse_number('list_price', 'decimal(18, 4)', minimum=0) }} as list_price,
        {{ parse_number('unit_cost', 'decimal(18, 4)', minimum=0) }} as unit_cost,

        -- why the source does not count the row
        cast(null as varchar) as source_exclusion,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
