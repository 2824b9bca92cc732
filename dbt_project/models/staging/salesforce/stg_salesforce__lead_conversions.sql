-- Which contact a lead became: its activities are from then on those of the contact.
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
        {{ salesforce_id('convertedcontactid') }} as contact_key,

        -- dates
        {{ business_date(parse_instant('createddate', 'createddate_zone.time_zone')) }} as created_on,
        {{ salesforce_date('converteddate') }} as converted_on,

        -- origin
        {{ source_row_columns(salesforce_id('id')) }}
    from source_rows
    {{ join_source_zone('createddate') }}
    where {{ text('convertedcontactid') }} is not null
)

select * from renamed
