-- Pipedrive's organizations in the canonical columns of accounts.
with

source_rows as (
    select * from {{ source('raw', 'pipedrive__account') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('id') }} as account_key,
        {{ text('owner_id') }} as owner_reference,
        cast(null as varchar) as parent_account_reference,

        -- text
        {{ text('name') }} as account_name,
        {{ text('industry') }} as industry,
        cast(null as varchar) as region,
        cast(null as varchar) as segment,

        -- instants
        {{ parse_instant('add_time', 'add_time_zone.time_zone') }} as created_at,

        -- why the source does not count the row
        cast(null as varchar) as source_exclusion,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('pipedrive', 'add_time') }}
)

select * from renamed
