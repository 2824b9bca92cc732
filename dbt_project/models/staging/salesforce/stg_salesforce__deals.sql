with

source_rows as (
    select * from {{ source('raw', 'salesforce__opportunity') }}
    where not _is_tombstone
),

source_zones as (
    select * from {{ source('raw', 'source_time_zone') }}
    where source = 'salesforce'
),

record_types as (
    select
        {{ salesforce_id('id') }} as record_type_key,
        max({{ text('name') }}) as record_type_name
    from {{ source('raw', 'salesforce__record_type') }}
    where not _is_tombstone and _superseded_at is null
    group by {{ salesforce_id('id') }}
),

renamed as (
    select
        -- ids
        {{ salesforce_id('source_rows.id') }} as deal_key,
        {{ salesforce_id('source_rows.ownerid') }} as owner_key,
        {{ salesforce_id('source_rows.accountid') }} as account_key,
        {{ salesforce_id('source_rows.createdbyid') }} as creator_key,

        -- text: the record type of all zeros is that of an organization without record types
        {{ text('source_rows.name') }} as deal_name,
        coalesce(
            record_types.record_type_name,
            nullif({{ salesforce_id('source_rows.recordtypeid') }}, '012000000000000AAA')
        ) as pipeline,
        {{ text('source_rows.stagename') }} as stage_name,
        {{ text('source_rows.currencyisocode') }} as currency,
        {{ text('source_rows.type') }} as deal_type,
        {{ text('source_rows.loss_reason__c') }} as loss_reason,
        coalesce(
            {{ text('source_rows.forecastcategoryname') }}, {{ text('source_rows.forecastcategory') }}
        ) as forecast_category,

        -- numbers
        {{ parse_number('source_rows.amount', 'decimal(18, 4)') }} as amount,
        {{ parse_number('source_rows.probability', 'decimal(18, 6)') }} as probability_percent,

        -- booleans
        coalesce({{ parse_boolean('source_rows.isdeleted') }}, false) as is_deleted,

        -- dates and instants
        {{ salesforce_date('source_rows.closedate') }} as close_on,
        {{ parse_instant('source_rows.createddate', 'createddate_zone.time_zone') }} as created_at,
        coalesce(
            {{ parse_instant('source_rows.lastmodifieddate', 'lastmodifieddate_zone.time_zone') }},
            {{ parse_instant('source_rows.systemmodstamp', 'systemmodstamp_zone.time_zone') }}
        ) as updated_at,

        -- origin
        {{ source_row_columns(salesforce_id('source_rows.id')) }}
    from source_rows
    {{ join_source_zone('createddate') }}
    {{ join_source_zone('lastmodifieddate') }}
    {{ join_source_zone('systemmodstamp') }}
    left join record_types on {{ salesforce_id('source_rows.recordtypeid') }} = record_types.record_type_key
)

select * from renamed
