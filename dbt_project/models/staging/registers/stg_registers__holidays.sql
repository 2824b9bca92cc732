with

source_rows as (
    select * from {{ source('raw', 'registers__holiday') }}
    where not _is_tombstone
),

renamed as (
    select
        -- text
        {{ text('region') }} as region,
        {{ text('name') }} as holiday_name,

        -- dates
        {{ parse_date('date') }} as holiday_on,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
