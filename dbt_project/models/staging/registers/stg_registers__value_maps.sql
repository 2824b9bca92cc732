with

source_rows as (
    select * from {{ source('raw', 'registers__value_map') }}
    where not _is_tombstone
),

renamed as (
    select
        lower({{ text('source') }}) as source,
        lower({{ text('object') }}) as object,
        lower({{ text('field') }}) as field,
        {{ text('source_value') }} as source_value,
        {{ text('value') }} as value,
        {{ parse_date('valid_from') }} as valid_from,
        {{ parse_date('valid_to') }} as valid_to,
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
