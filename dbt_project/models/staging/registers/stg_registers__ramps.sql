with

source_rows as (
    select * from {{ source('raw', 'registers__ramp') }}
    where not _is_tombstone
),

renamed as (
    select
        {{ text('role') }} as role,
        {{ parse_integer('month_of_tenure', 4) }} as month_of_tenure,
        {{ parse_number('share', 'decimal(9, 6)') }} as share,
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
