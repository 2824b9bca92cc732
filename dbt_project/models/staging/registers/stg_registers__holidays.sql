with

source_rows as (
    select * from {{ source('raw', 'registers__holiday') }}
    where not _is_tombstone
),

renamed as (
    select
        {{ text('region') }} as region,
        {{ parse_date('date') }} as holiday_on,
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
