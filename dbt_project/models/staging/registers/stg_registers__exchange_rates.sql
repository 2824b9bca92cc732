with

source_rows as (
    select * from {{ source('raw', 'registers__exchange_rate') }}
    where not _is_tombstone
),

renamed as (
    select
        -- text
        upper({{ text('currency') }}) as currency,

        -- numbers
        {{ parse_number('rate_to_reporting', 'decimal(20, 12)') }} as rate_to_reporting,

        -- dates
        {{ parse_date('month') }} as rate_month,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
