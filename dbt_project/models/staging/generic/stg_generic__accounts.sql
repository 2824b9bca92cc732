with

source_rows as (
    select * from {{ source('raw', 'generic__account') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('account_id') }} as account_key,
        {{ text('owner_id') }} as owner_reference,
        {{ text('parent_account_id') }} as parent_account_reference,

        -- text
        {{ text('name') }} as account_name,
        {{ text('industry') }} as industry,
        {{ text('region') }} as region,
        {{ text('segment') }} as segment,

        -- instants
        {{ parse_instant('created_at', 'created_at_zone.time_zone') }} as created_at,

        -- why the source does not count the row
        cast(null as varchar) as source_exclusion,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('generic', 'created_at') }}
)

select * from renamed
