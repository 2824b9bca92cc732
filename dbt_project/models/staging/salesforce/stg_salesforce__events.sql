-- Events of the calendar: one occurs when it begins, and the models leave out what lies after the newest extract, because nothing
-- says that an event is done. The pattern of a series and the copy that somebody invited has are no meetings of their own. A
-- day is a date, and no zone touches it.
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
),

dated as (
    select
        *,
        case
            when is_deleted then 'deleted'
            when is_series then 'series'
            when is_copy then 'copy'
        end as outcome,
        case
            when is_deleted or is_series or is_copy then null
            when is_all_day or starts_at is null then {{ start_of_business_date('activity_on') }}
            else starts_at
        end as occurred_at
    from renamed
),

final as (
    select
        -- ids
        activity_key,
        rep_reference,
        opportunity_reference,
        lead_reference,
        account_reference,
        contact_reference,

        -- text
        activity_type,
        cast(null as varchar) as direction,
        outcome,

        -- numbers
        duration_minutes,

        -- instants and their business dates: what stood in the calendar was logged when it began
        occurred_at,
        {{ business_date('occurred_at') }} as occurred_on,
        case when created_at > occurred_at then created_at else occurred_at end as logged_at,

        -- origin
        source_key,
        source_file,
        source_row,
        row_hash,
        extracted_at,
        superseded_at,
        is_current,
        extras
    from dated
)

select * from final
