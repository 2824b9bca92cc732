with

source_rows as (
    select * from {{ source('raw', 'pipedrive__rep') }}
    where not _is_tombstone
),

source_zones as (
    select * from {{ source('raw', 'source_time_zone') }}
    where source = 'pipedrive'
),

renamed as (
    select
        -- ids
        {{ text('id') }} as user_key,

        -- text
        {{ text('name') }} as user_name,
        {{ text('email') }} as email,
        {{ text('role') }} as role,

        -- booleans
        {{ parse_boolean('active_flag') }} as is_active,

        -- instants
        {{ parse_instant('modified', 'modified_zone.time_zone') }} as modified_at,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('modified') }}
)

select * from renamed
