with

source_rows as (
    select * from {{ source('raw', 'salesforce__product') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ salesforce_id('id') }} as product_key,

        -- text
        {{ text('name') }} as product_name,
        {{ text('family') }} as family,
        {{ text('currencyisocode') }} as currency,

        -- numbers: prices are in price books
        cast(null as decimal(18, 4)) as list_price,
        cast(null as decimal(18, 4)) as unit_cost,

        -- why the source does not count the row
        {{ salesforce_exclusion() }} as source_exclusion,

        -- origin
        {{ source_row_columns(salesforce_id('id')) }}
    from source_rows
)

select * from renamed
