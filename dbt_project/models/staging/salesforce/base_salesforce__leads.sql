with

source_rows as (
    select * from {{ source('raw', 'salesforce__lead') }}
    where not _is_tombstone
),

source_zones as (
    select * from {{ source('raw', 'source_time_zone') }}
    where source = 'salesforce'
),

renamed as (
    select
        -- ids
        {{ salesforce_id('id') }} as lead_key,
        {{ salesforce_id('ownerid') }} as owner_key,
        {{ salesforce_id('convertedopportunityid') }} as deal_key,
        {{ salesforce_id('convertedcontactid') }} as contact_key,

        -- text
        {{ text('leadsource') }} as lead_source,
        {{ text('status') }} as lead_status,
        {{ salesforce_exclusion('masterrecordid') }} as source_exclusion,

        -- dates and instants: ConvertedDate is a date, whatever the zone
        {{ parse_instant('createddate', 'createddate_zone.time_zone') }} as created_at,
        {{ business_date(parse_instant('createddate', 'createddate_zone.time_zone')) }} as created_on,
        {{ salesforce_date('converteddate') }} as converted_on,

        -- origin
        {{ source_row_columns(salesforce_id('id')) }}
    from source_rows
    {{ join_source_zone('createddate') }}
)

select * from renamed
