-- HubSpot's contacts in the canonical columns of leads. One is qualified on the day on which it became sales-qualified, and
-- converted on the day on which it became an opportunity.
with

contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
),

merged_contacts as (
    {{ hubspot_merged_keys('stg_hubspot__contacts', 'merged_contact_keys', 'contact_key') }}
),

renamed as (
    select
        -- ids
        contacts.contact_key as lead_key,
        contacts.owner_key as owner_reference,
        contacts.deal_key as opportunity_reference,

        -- text
        contacts.contact_source as lead_source,
        coalesce(contacts.lead_status, contacts.lifecycle_stage) as lead_status,

        -- instants and their business dates
        contacts.created_at,
        {{ business_date('contacts.created_at') }} as created_on,
        contacts.sales_qualified_at as qualified_at,
        {{ business_date('contacts.sales_qualified_at') }} as qualified_on,
        contacts.became_opportunity_at as converted_at,
        {{ business_date('contacts.became_opportunity_at') }} as converted_on,

        -- judgement of the source
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

select * from renamed
