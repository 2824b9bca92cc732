with

source_rows as (
    select * from {{ source('raw', 'registers__collection_break_review') }}
    where not _is_tombstone
),

renamed as (
    select
        {{ text('break_id') }} as break_reference,
        {{ text('decision') }} as decision,
        {{ text('decided_by') }} as decided_by,
        {{ parse_date('decided_on') }} as decided_on,
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
