with

source_rows as (
    select * from {{ source('raw', 'hubspot__task') }}
    where not _is_tombstone
),

source_zones as (
    select * from {{ source('raw', 'source_time_zone') }}
    where source = 'hubspot'
),

renamed as (
    select
        -- ids
        'task-' || {{ text('id') }} as activity_key,
        {{ text('hubspot_owner_id') }} as owner_key,
        {{ text('deal_id') }} as deal_key,
        {{ text('contact_id') }} as contact_key,
        {{ text('company_id') }} as company_key,

        -- text
        lower({{ text('hs_task_type') }}) as task_type,
        upper({{ text('hs_task_status') }}) as task_status,

        -- booleans
        coalesce({{ parse_boolean('archived') }}, false) as is_archived,

        -- instants
        {{ parse_instant_or_milliseconds('hs_timestamp', 'hs_timestamp_zone.time_zone') }} as happens_at,
        {{ parse_instant_or_milliseconds('hs_task_completion_date', 'hs_task_completion_date_zone.time_zone') }} as completed_at,
        {{ parse_instant_or_milliseconds('createdat', 'createdat_zone.time_zone') }} as logged_at,

        -- origin
        {{ source_row_columns("'task-' || _key") }}
    from source_rows
    {{ join_source_zone('hs_timestamp') }}
    {{ join_source_zone('hs_task_completion_date') }}
    {{ join_source_zone('createdat') }}
)

select * from renamed
