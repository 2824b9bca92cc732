with

source_rows as (
    select * from {{ source('raw', 'hubspot__meeting') }}
    where not _is_tombstone
),

source_zones as (
    select * from {{ source('raw', 'source_time_zone') }}
    where source = 'hubspot'
),

renamed as (
    select
        -- ids
        'meeting-' || {{ text('id') }} as activity_key,
        {{ text('hubspot_owner_id') }} as owner_key,
        {{ text('deal_id') }} as deal_key,
        {{ text('contact_id') }} as contact_key,
        {{ text('company_id') }} as company_key,

        -- text
        upper({{ text('hs_meeting_outcome') }}) as meeting_outcome,

        -- booleans
        coalesce({{ parse_boolean('archived') }}, false) as is_archived,

        -- instants
        {{ parse_instant_or_milliseconds('hs_timestamp', 'hs_timestamp_zone.time_zone') }} as happens_at,
        {{ parse_instant_or_milliseconds('hs_meeting_start_time', 'hs_meeting_start_time_zone.time_zone') }} as starts_at,
        {{ parse_instant_or_milliseconds('hs_meeting_end_time', 'hs_meeting_end_time_zone.time_zone') }} as ends_at,
        {{ parse_instant_or_milliseconds('createdat', 'createdat_zone.time_zone') }} as logged_at,

        -- origin
        {{ source_row_columns("'meeting-' || _key") }}
    from source_rows
    {{ join_source_zone('hs_timestamp') }}
    {{ join_source_zone('hs_meeting_start_time') }}
    {{ join_source_zone('hs_meeting_end_time') }}
    {{ join_source_zone('createdat') }}
)

select * from renamed
