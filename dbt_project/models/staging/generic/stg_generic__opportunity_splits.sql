with

source_rows as (
    select * from {{ source('raw', 'generic__opportunity_split') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('opportunity_id') }} as opportunity_reference,
        {{ text('rep_id') }} as rep_reference,

        -- numbers
        {{ parse_number('share', 'decimal(9, 6)') }} as share,

        -- why the source does not count the row
        cast(null as varchar) as source_exclusion,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
