-- Tasks: what is not closed, lies in the recycle bin or is the pattern of a series has not occurred. A closed one occurred on
-- its ActivityDate, a date that no zone touches, and not later than it was closed; the hour is told where it was closed or
-- entered on that day.
with

source_rows as (
    select * from {{ source('raw', 'salesforce__task') }}
    where not _is_tombstone
),

source_zones as (
    select * from {{ source('raw', 'source_time_zone') }}
    where source = 'salesforce'
),

renamed as (
    select
        -- ids: what a task is about may be of several kinds, told by the first three characters
        {{ salesforce_id('id') }} as activity_key,
        {{ salesforce_id('ownerid') }} as rep_reference,
        {{ salesforce_id_of('whatid', '006') }} as opportunity_reference,
        {{ salesforce_id_of('whoid', '00Q') }} as lead_reference,
        coalesce({{ salesforce_id_of('whatid', '001') }}, {{ salesforce_id('accountid') }}) as account_reference,
        {{ salesforce_id_of('whoid', '003') }} as contact_reference,

        -- text: of what Salesforce itself logged the subtype tells the kind, of all else the type
        case lower({{ text('tasksubtype') }})
            when 'call' then 'Call'
            when 'email' then 'Email'
            when 'listemail' then 'Email'
            else coalesce({{ text('type') }}, case when {{ text('calltype') }} is not null then 'Call' else 'Task' end)
        end as activity_type,
        coalesce(
            lower({{ text('calltype') }}), case lower({{ text('tasksubtype') }}) when 'listemail' then 'outbound' end
        ) as direction,
        {{ text('calldisposition') }} as call_disposition,

        -- numbers
        cast({{ parse_number('calldurationinseconds', 'decimal(18, 4)') }} / 60 as decimal(18, 4)) as duration_minutes,

        -- booleans
        coalesce({{ parse_boolean('isclosed') }}, lower({{ text('status') }}) = 'completed', false) as is_closed,
        coalesce({{ parse_boolean('isdeleted') }}, false) as is_deleted,
        coalesce({{ parse_boolean('isrecurrence') }}, false) as is_series,

        -- dates and instants
        {{ salesforce_date('activitydate') }} as activity_on,
        {{ parse_instant('createddate', 'createddate_zone.time_zone') }} as created_at,
        {{ parse_instant('completeddatetime', 'completeddatetime_zone.time_zone') }} as completed_at,

        -- origin
        {{ source_row_columns(salesforce_id('id')) }}
    from source_rows
    {{ join_source_zone('createddate') }}
    {{ join_source_zone('completeddatetime') }}
),

dated as (
    select
        *,
        {{ business_date('completed_at') }} as completed_on,
        {{ business_date('created_at') }} as created_on,
        case
            when is_deleted then 'deleted'
            when is_series then 'series'
            when not is_closed then 'planned'
            else coalesce(call_disposition, 'done')
        end as outcome,
        case
            when is_deleted or is_series or not is_closed then null
            when completed_at is null or activity_on <= {{ business_date('completed_at') }} then activity_on
            else {{ business_date('completed_at') }}
        end as occurred_on
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
        direction,
        outcome,

        -- numbers
        duration_minutes,

        -- instants and their business dates
        case
            when occurred_on = completed_on then completed_at
            when occurred_on = created_on then created_at
            else {{ start_of_business_date('occurred_on') }}
        end as occurred_at,
        occurred_on,
        coalesce(completed_at, created_at) as logged_at,

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
