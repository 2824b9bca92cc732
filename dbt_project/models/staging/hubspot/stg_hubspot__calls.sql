with

source_rows as (
    select * from {{ source('raw', 'hubspot__call') }}
    where not _is_tombstone
),

source_zones as (
    select * from {{ source('raw', 'source_time_zone') }}
    where source = 'hubspot'
),

renamed as (
    select
        -- ids
        'call-' || {{ text('id') }} as activity_key,
        {{ text('hubspot_owner_id') }} as owner_key,
        {{ text('deal_id') }} as deal_key,
        {{ text('contact_id') }} as contact_key,
        {{ text('company_id') }} as company_key,

        -- text
        lower({{ text('hs_call_direction') }}) as direction,
        upper({{ text('hs_call_status') }}) as call_status,
        {{ text('hs_call_disposition') }} as disposition,
        {{ text('hs_call_source') }} as tool,

        -- numbers
        cast({{ parse_number('hs_call_duration', 'decimal(18, 4)') }} / 60000 as decimal(18, 4)) as duration_minutes,

        -- booleans
        coalesce({{ parse_boolean('archived') }}, false) as is_archived,

        -- instants
        {{ parse_instant_or_milliseconds('hs_timestamp', 'hs_timestamp_zone.time_zone') }} as happens_at,
        {{ parse_instant_or_milliseconds('createdat', 'createdat_zone.time_zone') }} as logged_at,

        -- origin
        {{ source_row_columns("'call-' || _key") }}
    from source_rows
    {{ join_source_zone('hs_timestamp') }}
    {{ join_source_zone('createdat') }}
)

select * from renamed
