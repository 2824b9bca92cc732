with

source_rows as (
    select * from {{ source('raw', 'salesforce__opportunity_line') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ salesforce_id('id') }} as line_key,
        {{ salesforce_id('opportunityid') }} as opportunity_reference,
        {{ salesforce_id('product2id') }} as product_reference,

        -- numbers
        {{ parse_number('quantity', 'decimal(18, 4)') }} as quantity,
        {{ parse_number('unitprice', 'decimal(18, 4)', minimum=0) }} as unit_price,
        cast({{ parse_number('discount', 'decimal(11, 6)') }} / 100 as decimal(9, 6)) as discount_rate,

        -- why the source does not count the row
        {{ salesforce_exclusion() }} as source_exclusion,

        -- origin
        {{ source_row_columns(salesforce_id('id')) }}
    from source_rows
)

select * from renamed
