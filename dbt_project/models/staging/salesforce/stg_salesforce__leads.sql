-- Leads in the canonical columns. Salesforce dates the conversion alone, and a lead that is converted is a qualified one.
with

source_rows as (
    select * from {{ source('raw', 'salesforce__lead') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ salesforce_id('id') }} as lead_key,
        {{ salesforce_id('ownerid') }} as owner_reference,
        {{ salesforce_id('convertedopportunityid') }} as opportunity_reference,

        -- text
        {{ text('leadsource') }} as lead_source,
        {{ text('status') }} as lead_status,

        -- instants and their business dates: ConvertedDate is a date, whatever the zone
        {{ parse_instant('createddate', 'createddate_zone.time_zone') }} as created_at,
        {{ business_date(parse_instant('createddate', 'createddate_zone.time_zone')) }} as created_on,
        {{ start_of_business_date(salesforce_date('converteddate')) }} as qualified_at,
        {{ salesforce_date('converteddate') }} as qualified_on,
        {{ start_of_business_date(salesforce_date('converteddate')) }} as converted_at,
        {{ salesforce_date('converteddate') }} as converted_on,

        -- why the source does not count the row
        {{ salesforce_exclusion('masterrecordid') }} as source_exclusion,

        -- origin
        {{ source_row_columns(salesforce_id('id')) }}
    from source_rows
    {{ join_source_zone('salesforce', 'createddate') }}
)

select * from renamed
