with

source_rows as (
    select * from {{ source('raw', 'crm_sales__product') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('product') }} as product_key,

        -- text
        {{ text('product') }} as product_name,
        {{ text('series') }} as family,
        cast(null as varchar) as currency,

        -- numbers
        {{ parse_number('sales_price', 'decimal(18, 4)', minimum=0) }} as list_price,
        cast(null as decimal(18, 4)) as unit_cost,

        -- why the source does not count the row
        cast(null as varchar) as source_exclusion,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
