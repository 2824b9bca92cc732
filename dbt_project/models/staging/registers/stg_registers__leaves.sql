with

source_rows as (
    select * from {{ source('raw', 'registers__leave') }}
    where not _is_tombstone
),

renamed as (
    select
        {{ text('rep_id') }} as rep_reference,
        {{ parse_date('from_date') }} as from_date,
        {{ parse_date('to_date') }} as to_date,
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
