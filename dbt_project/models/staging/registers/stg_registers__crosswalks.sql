with

source_rows as (
    select * from {{ source('raw', 'registers__crosswalk') }}
    where not _is_tombstone
),

renamed as (
    select
        {{ text('source_id') }} as record_key,
        {{ text('canonical_id') }} as canonical_reference,
        {{ text('entity') }} as entity,
        lower({{ text('source') }}) as source,
        {{ parse_date('valid_from') }} as valid_from,
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
