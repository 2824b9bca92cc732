with

source_rows as (
    select * from {{ source('raw', 'registers__collection_change') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('change_id') }} as change_key,

        -- text
        {{ text('source') }} as source,
        {{ text('object') }} as object,
        {{ text('field') }} as field,
        {{ text('team') }} as team_reference,
        {{ text('what_changed') }} as what_changed,
        {{ text('bridge_rule') }} as bridge_rule,
        {{ text('declared_by') }} as declared_by,

        -- dates
        {{ parse_date('effective_on') }} as effective_on,
        {{ parse_date('declared_on') }} as declared_on,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
