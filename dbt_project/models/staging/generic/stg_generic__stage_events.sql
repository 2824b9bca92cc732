with

source_rows as (
    select * from {{ source('raw', 'generic__stage_event') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('opportunity_id') }} as opportunity_reference,

        -- text
        {{ text('from_stage') }} as from_source_stage,
        {{ text('to_stage') }} as to_source_stage,
        {{ text('changed_by') }} as changed_by,
        cast(null as varchar) as source_exclusion,

        -- instants
        {{ parse_instant('changed_at', 'changed_at_zone.time_zone') }} as changed_at,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('generic', 'changed_at') }}
)

select * from renamed
