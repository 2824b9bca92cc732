with

source_rows as (
    select * from {{ source('raw', 'registers__stage_map') }}
    where not _is_tombstone
),

renamed as (
    select
        lower({{ text('source') }}) as source,
        {{ text('pipeline') }} as pipeline,
        {{ text('source_stage') }} as source_stage,
        {{ text('stage') }} as stage,
        {{ parse_number('stage_order', 'decimal(9, 3)') }} as stage_order,
        {{ parse_boolean('is_closed') }} as is_closed,
        {{ parse_boolean('is_won') }} as is_won,
        {{ parse_date('valid_from') }} as valid_from,
        {{ parse_date('valid_to') }} as valid_to,
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
