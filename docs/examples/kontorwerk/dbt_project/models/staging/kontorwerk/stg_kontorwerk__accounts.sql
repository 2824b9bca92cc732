{% set written = '%d.%m.%Y %H:%M' %}

with

source_rows as (
    select * from {{ source('raw', 'kontorwerk__account') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('nummer') }} as account_key,
        {{ text('betreuer') }} as owner_reference,
        cast(null as varchar) as parent_account_reference,

        -- text
        {{ text('firma') }} as account_name,
        {{ text('branche') }} as industry,
        cast(null as varchar) as region,
        cast(null as varchar) as segment,

        -- instants
        {{ parse_instant('angelegt_am', 'angelegt_am_zone.time_zone', written) }} as created_at,

        -- why the source does not count the row
        cast(null as varchar) as source_exclusion,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('kontorwerk', 'angelegt_am', written) }}
)

select * from renamed
