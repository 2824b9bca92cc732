with

source_rows as (
    select * from {{ source('raw', 'hubspot__opportunity') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('id') }} as deal_key,
        {{ text('dealstage') }} as stage_key,
        {{ text('pipeline') }} as pipeline_key,
        {{ text('hubspot_owner_id') }} as owner_key,
        {{ text('company_id') }} as company_key,
        {{ text('contact_id') }} as contact_key,
        {{ text('hs_created_by_user_id') }} as creator_user_key,
        {{ text('hs_merged_object_ids') }} as merged_keys,

        -- text
        {{ text('dealname') }} as deal_name,
        {{ text('dealtype') }} as deal_type,
        {{ text('deal_currency_code') }} as currency,
        {{ text('closed_lost_reason') }} as loss_reason,
        {{ text('hs_manual_forecast_category') }} as forecast_category,

        -- numbers
        {{ parse_number('amount', 'decimal(19, 4)') }} as amount,
        {{ parse_number('amount_in_home_currency', 'decimal(19, 4)') }} as amount_in_home_currency,
        {{ parse_number('hs_deal_stage_probability', 'decimal(9, 6)') }} as probability,

        -- booleans
        coalesce({{ parse_boolean('archived') }}, false) as is_archived,

        -- instants
        coalesce(
            {{ hubspot_instant('createdate') }},
            {{ hubspot_instant('createdat') }}
        ) as created_at,
        coalesce(
            {{ hubspot_instant('updatedat') }},
            {{ hubspot_instant('hs_lastmodifieddate') }}
        ) as updated_at,
        {{ hubspot_instant('closedate') }} as close_at,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('hubspot', 'createdate') }}
    {{ join_source_zone('hubspot', 'createdat') }}
    {{ join_source_zone('hubspot', 'updatedat') }}
    {{ join_source_zone('hubspot', 'hs_lastmodifieddate') }}
    {{ join_source_zone('hubspot', 'closedate') }}
)

select * from renamed
