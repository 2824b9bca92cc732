with

source_rows as (
    select * from {{ source('raw', 'pipedrive__opportunity') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('id') }} as deal_key,
        {{ text('stage_id') }} as stage_key,
        {{ text('pipeline_id') }} as pipeline_key,
        coalesce({{ text('user_id') }}, {{ text('owner_id') }}) as user_key,
        {{ text('org_id') }} as organization_key,
        {{ text('lead_id') }} as lead_key,

        -- text
        lower({{ text('status') }}) as status,
        {{ text('title') }} as title,
        {{ text('currency') }} as currency,
        {{ text('lost_reason') }} as loss_reason,

        -- numbers
        {{ parse_number('value', 'decimal(19, 4)') }} as amount,
        {{ parse_number('probability', 'decimal(9, 4)') }} as probability_percent,

        -- booleans
        coalesce({{ parse_boolean('is_deleted') }}, false) or coalesce({{ parse_boolean('deleted') }}, false) as is_deleted,

        -- dates and instants
        {{ parse_instant('add_time', 'add_time_zone.time_zone') }} as created_at,
        {{ parse_instant('update_time', 'update_time_zone.time_zone') }} as updated_at,
        {{ parse_instant('won_time', 'won_time_zone.time_zone') }} as won_at,
        {{ parse_instant('lost_time', 'lost_time_zone.time_zone') }} as lost_at,
        {{ parse_instant('close_time', 'close_time_zone.time_zone') }} as closed_at,
        {{ parse_date('expected_close_date') }} as expected_close_on,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('pipedrive', 'add_time') }}
    {{ join_source_zone('pipedrive', 'update_time') }}
    {{ join_source_zone('pipedrive', 'won_time') }}
    {{ join_source_zone('pipedrive', 'lost_time') }}
    {{ join_source_zone('pipedrive', 'close_time') }}
)

select * from renamed
