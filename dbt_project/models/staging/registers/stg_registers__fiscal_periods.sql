with

source_rows as (
    select * from {{ source('raw', 'registers__fiscal_period') }}
    where not _is_tombstone
),

renamed as (
    select
        {{ parse_integer('fiscal_year', 4) }} as fiscal_year,
        {{ parse_integer('fiscal_quarter', 2) }} as fiscal_quarter,
        {{ parse_integer('fiscal_month', 2) }} as fiscal_month,
        {{ parse_date('starts_on') }} as starts_on,
        {{ parse_date('ends_on') }} as ends_on,
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
