with

source_rows as (
    select * from {{ source('raw', 'salesforce__event') }}
    where not _is_tombstone
),

source_zones as (
    select * from {{ source('raw', 'source_time_zone') }}
    where source = 'salesforce'
),

renamed as (
    select
        -- ids
        {{ salesforce_id('id') }} as activity_key,
        {{ salesforce_id('ownerid') }} as rep_reference,
        {{ salesforce_id_of('whatid', '006') }} as opportunity_reference,
        {{ salesforce_id_of('whoid', '00Q') }} as lead_reference,
        coalesce({{ salesforce_id_of('whatid', '001') }}, {{ salesforce_id('accountid') }}) as account_reference,
        {{ salesforce_id_of('whoid', '003') }} as contact_reference,

        -- text
        coalesce({{ text('type') }}, 'Meeting') as activity_type,

        -- numbers
        {{ parse_number('durationinminutes', 'decimal(18, 4)') }} as duration_minutes,

        -- booleans
        coalesce({{ parse_boolean('isalldayevent') }}, false) as is_all_day,
        coalesce({{ parse_boolean('isdeleted') }}, false) as is_deleted,
        coalesce({{ parse_boolean('isrecurrence') }}, false) as is_series,
        coalesce({{ parse_boolean('ischild') }}, false) as is_copy,

        -- dates and instants
        coalesce(
            {{ salesforce_date('activitydate') }}, {{ salesforce_date('source_rows.startdatetime') }}
        ) as activity_on,
        coalesce(
            {{ parse_instant('startdatetime', 'startdatetime_zone.time_zone') }},
            {{ parse_instant('activitydatetime', 'activitydatetime_zone.time_zone') }}
        ) as starts_at,
        {{ parse_instant('createddate', 'createddate_zone.time_zone') }} as created_at,

        -- origin
        {{ source_row_columns(salesforce_id('id')) }}
    from source_rows
    {{ join_source_zone('startdatetime') }}
    {{ join_source_zone('activitydatetime') }}
    {{ join_source_zone('createddate') }}
)

select * from renamed
