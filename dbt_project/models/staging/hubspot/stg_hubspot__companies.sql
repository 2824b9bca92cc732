with

source_rows as (
    select * from {{ source('raw', 'hubspot__account') }}
    where not _is_tombstone
),

source_zones as (
    select * from {{ source('raw', 'source_time_zone') }}
    where source = 'hubspot'
),

renamed as (
    select
        -- ids
        {{ text('id') }} as company_key,
        {{ text('hubspot_owner_id') }} as owner_key,
        {{ text('hs_parent_company_id') }} as parent_company_key,
        {{ text('hs_merged_object_ids') }} as merged_company_keys,

        -- text: a company that was never given a name is known by its domain
        coalesce({{ text('name') }}, {{ text('domain') }}) as company_name,
        {{ text('industry') }} as industry,

        -- booleans
        coalesce({{ parse_boolean('archived') }}, false) as is_archived,

        -- instants
        coalesce(
            {{ parse_instant_or_milliseconds('createdate', 'createdate_zone.time_zone') }},
            {{ parse_instant_or_milliseconds('createdat', 'createdat_zone.time_zone') }}
        ) as created_at,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('createdate') }}
    {{ join_source_zone('createdat') }}
)

select * from renamed
