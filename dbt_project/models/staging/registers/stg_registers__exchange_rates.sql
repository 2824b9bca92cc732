with

source_rows as (
    select * from {{ source('raw', 'registers__exchange_rate') }}
    where not _is_tombstone
),

renamed as (
    select
        upper({{ text('currency') }}) as currency,
        {{ parse_number('rate_to_reporting', 'decimal(20, 12)') }} as rate_to_reporting,
        {{ parse_month('month') }} as rate_month,
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
