with

source_rows as (
    select * from {{ source('raw', 'pipedrive__account') }}
    where not _is_tombstone
),

source_zones as (
    select * from {{ source('raw', 'source_time_zone') }}
    where source = 'pipedrive'
),

renamed as (
    select
        -- ids
        {{ text('id') }} as organization_key,
        {{ text('owner_id') }} as owner_key,

        -- text
        {{ text('name') }} as organization_name,
        {{ text('industry') }} as industry,

        -- instants
        {{ parse_instant('add_time', 'add_time_zone.time_zone') }} as created_at,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('add_time') }}
)

select * from renamed
