with

source_rows as (
    select * from {{ source('raw', 'salesforce__opportunity') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ salesforce_id('id') }} as deal_key,
        {{ salesforce_id('ownerid') }} as owner_key,
        {{ salesforce_id('accountid') }} as account_key,
        {{ salesforce_id('createdbyid') }} as creator_key,
        -- all zeros mean an organization without record types
        nullif({{ salesforce_id('recordtypeid') }}, '012000000000000AAA') as record_type_key,

        -- text
        {{ text('name') }} as deal_name,
        {{ text('stagename') }} as stage_name,
        {{ text('currencyisocode') }} as currency,
        {{ text('type') }} as deal_type,
        {{ text('loss_reason__c') }} as loss_reason,
        coalesce(
            {{ text('forecastcategoryname') }}, {{ text('forecastcategory') }}
        ) as forecast_category,

        -- numbers
        {{ parse_number('amount', 'decimal(19, 4)') }} as amount,
        case
            when {{ parse_number('probability', 'decimal(18, 6)') }} between 0 and 100
                then cast({{ parse_number('probability', 'decimal(18, 6)') }} / 100 as decimal(9, 6))
        end as probability,

        -- booleans
        coalesce({{ parse_boolean('isdeleted') }}, false) as is_deleted,

        -- dates and instants
        {{ salesforce_date('closedate') }} as close_on,
        {{ parse_instant('createddate', 'createddate_zone.time_zone') }} as created_at,
        coalesce(
            {{ parse_instant('lastmodifieddate', 'lastmodifieddate_zone.time_zone') }},
            {{ parse_instant('systemmodstamp', 'systemmodstamp_zone.time_zone') }}
        ) as updated_at,

        -- origin
        {{ source_row_columns(salesforce_id('id')) }}
    from source_rows
    {{ join_source_zone('salesforce', 'createddate') }}
    {{ join_source_zone('salesforce', 'lastmodifieddate') }}
    {{ join_source_zone('salesforce', 'systemmodstamp') }}
)

select * from renamed
