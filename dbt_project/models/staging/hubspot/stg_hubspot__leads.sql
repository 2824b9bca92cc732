-- HubSpot's contacts in the canonical columns of leads. One is qualified on the day on which it became sales-qualified, and
-- converted on the day on which it became an opportunity.
with

source_rows as (
    select * from {{ source('raw', 'hubspot__lead') }}
    where not _is_tombstone
),

contacts as (
    select
        {{ text('id') }} as contact_key,
        {{ text('hubspot_owner_id') }} as owner_key,
        {{ text('deal_id') }} as deal_key,
        {{ text('hs_merged_object_ids') }} as merged_keys,
        {{ text('hs_analytics_source') }} as contact_source,
        coalesce({{ text('hs_lead_status') }}, {{ text('lifecyclestage') }}) as contact_status,
        coalesce({{ parse_boolean('archived') }}, false) as is_archived,
        coalesce(
            {{ hubspot_instant('createdate') }},
            {{ hubspot_instant('createdat') }}
        ) as created_at,
        {{ hubspot_instant('hs_lifecyclestage_salesqualifiedlead_date') }} as sales_qualified_at,
        {{ hubspot_instant('hs_lifecyclestage_opportunity_date') }} as became_opportunity_at,
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('hubspot', 'createdate') }}
    {{ join_source_zone('hubspot', 'createdat') }}
    {{ join_source_zone('hubspot', 'hs_lifecyclestage_salesqualifiedlead_date') }}
    {{ join_source_zone('hubspot', 'hs_lifecyclestage_opportunity_date') }}
),

merged_contacts as (
    {{ hubspot_merged_keys('contacts', 'contact_key') }}
),

final as (
    select
        -- ids
        contacts.contact_key as lead_key,
        contacts.owner_key as owner_reference,
        contacts.deal_key as opportunity_reference,

        -- text
        contacts.contact_source as lead_source,
        contacts.contact_status as lead_status,

        -- instants and their business dates
        contacts.created_at,
        {{ business_date('contacts.created_at') }} as created_on,
        contacts.sales_qualified_at as qualified_at,
        {{ business_date('contacts.sales_qualified_at') }} as qualified_on,
        contacts.became_opportunity_at as converted_at,
        {{ business_date('contacts.became_opportunity_at') }} as converted_on,

        -- why the source does not count the row
        case
            when merged_contacts.merged_key is not null then 'merged'
            when contacts.is_archived then 'deleted'
        end as source_exclusion,

        -- origin
        contacts.source_key,
        contacts.source_file,
        contacts.source_row,
        contacts.row_hash,
        contacts.extracted_at,
        contacts.superseded_at,
        contacts.is_current,
        contacts.extras
    from contacts
    left join merged_contacts on contacts.contact_key = merged_contacts.merged_key
)

select * from final
