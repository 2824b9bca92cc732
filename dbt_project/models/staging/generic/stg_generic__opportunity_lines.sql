with

source_rows as (
    select * from {{ source('raw', 'generic__opportunity_line') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('line_id') }} as line_key,
        {{ text('opportunity_id') }} as opportunity_reference,
        {{ text('product_id') }} as product_reference,

        -- numbers
        {{ parse_number('quantity', 'decimal(18, 4)') }} as quantity,
        {{ parse_number('unit_price', 'decimal(18, 4)', minimum=0) }} as unit_price,
        {{ parse_number('discount_rate', 'decimal(9, 6)') }} as discount_rate,

        -- why the source does not count the row
        cast(null as varchar) as source_exclusion,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
