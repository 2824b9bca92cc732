with

source_rows as (
    select * from {{ source('raw', 'registers__ramp') }}
    where not _is_tombstone
),

renamed as (
    select
        -- text
        {{ text('role') }} as role,

        -- numbers
        {{ parse_number('month_of_tenure', 'integer') }} as month_of_tenure,
        {{ parse_number('share', 'decimal(9, 6)') }} as share,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
