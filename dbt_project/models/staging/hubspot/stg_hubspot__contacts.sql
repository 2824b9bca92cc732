with

source_rows as (
    select * from {{ source('raw', 'hubspot__lead') }}
    where not _is_tombstone
),

source_zones as (
    select * from {{ source('raw', 'source_time_zone') }}
    where source = 'hubspot'
),

renamed as (
    select
        -- ids
        {{ text('id') }} as contact_key,
        {{ text('hubspot_owner_id') }} as owner_key,
        {{ text('deal_id') }} as deal_key,
        {{ text('hs_merged_object_ids') }} as merged_contact_keys,

        -- text
        {{ text('hs_analytics_source') }} as contact_source,
        {{ text('hs_lead_status') }} as lead_status,
        {{ text('lifecyclestage') }} as lifecycle_stage,

        -- booleans
        coalesce({{ parse_boolean('archived') }}, false) as is_archived,

        -- instants
        coalesce(
            {{ parse_instant_or_milliseconds('createdate', 'createdate_zone.time_zone') }},
            {{ parse_instant_or_milliseconds('createdat', 'createdat_zone.time_zone') }}
        ) as created_at,
        {{
            parse_instant_or_milliseconds(
                'hs_lifecyclestage_salesqualifiedlead_date', 'hs_lifecyclestage_salesqualifiedlead_date_zone.time_zone'
            )
        }} as sales_qualified_at,
        {{
            parse_instant_or_milliseconds(
                'hs_lifecyclestage_opportunity_date', 'hs_lifecyclestage_opportunity_date_zone.time_zone'
            )
        }} as became_opportunity_at,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('createdate') }}
    {{ join_source_zone('createdat') }}
    {{ join_source_zone('hs_lifecyclestage_salesqualifiedlead_date') }}
    {{ join_source_zone('hs_lifecyclestage_opportunity_date') }}
)

select * from renamed
