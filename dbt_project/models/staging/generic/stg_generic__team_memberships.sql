with

source_rows as (
    select * from {{ source('raw', 'generic__team_membership') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('rep_id') }} as rep_reference,
        {{ text('team_id') }} as team_reference,

        -- dates
        {{ parse_date('valid_from') }} as valid_from,
        {{ parse_date('valid_to') }} as valid_to,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
