-- Salesforce's tasks and events in the same columns. What they are about may be of several kinds, which the first three characters of an id tell
-- apart.
with

tasks as (
    select
        'task' as object,

        -- ids
        {{ salesforce_id('id') }} as activity_key,
        {{ salesforce_id('ownerid') }} as rep_reference,
        {{ salesforce_id_of('whatid', '006') }} as opportunity_reference,
        {{ salesforce_id_of('whoid', '00Q') }} as lead_reference,
        coalesce({{ salesforce_id_of('whatid', '001') }}, {{ salesforce_id('accountid') }}) as account_reference,
        {{ salesforce_id_of('whoid', '003') }} as contact_reference,

        -- text: Salesforce says the kind in the subtype of what it logged itself, else in the type
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
        {{ text('status') }} as status,

        -- numbers
        cast({{ parse_number('calldurationinseconds', 'decimal(18, 4)') }} / 60 as decimal(18, 4)) as duration_minutes,

        -- booleans
        -- of a status of one's own nobody knows it, where IsClosed does not say
        coalesce(
            {{ parse_boolean('isclosed') }},
            case
                when lower({{ text('status') }}) = 'completed' then true
                when {{ is_word("coalesce(lower(" ~ text('status') ~ "), 'deferred')", words_for_open_tasks()) }} then false
            end
        ) as is_closed,
        false as is_all_day,
        coalesce({{ parse_boolean('isdeleted') }}, false) as is_deleted,
        coalesce({{ parse_boolean('isrecurrence') }}, false) as is_series,
        false as is_copy,

        -- dates and instants
        {{ salesforce_date('activitydate') }} as activity_on,
        cast(null as timestamp) as starts_at,
        {{ parse_instant('createddate', 'createddate_zone.time_zone') }} as created_at,
        {{ parse_instant('completeddatetime', 'completeddatetime_zone.time_zone') }} as completed_at,

        -- origin
        {{ source_row_columns(salesforce_id('id')) }}
    from {{ source('raw', 'salesforce__task') }} as source_rows
    {{ join_source_zone('salesforce', 'createddate') }}
    {{ join_source_zone('salesforce', 'completeddatetime') }}
    where not source_rows._is_tombstone
),

events as (
    select
        'event' as object,

        -- ids
        {{ salesforce_id('id') }} as activity_key,
        {{ salesforce_id('ownerid') }} as rep_reference,
        {{ salesforce_id_of('whatid', '006') }} as opportunity_reference,
        {{ salesforce_id_of('whoid', '00Q') }} as lead_reference,
        coalesce({{ salesforce_id_of('whatid', '001') }}, {{ salesforce_id('accountid') }}) as account_reference,
        {{ salesforce_id_of('whoid', '003') }} as contact_reference,

        -- text
        coalesce({{ text('type') }}, 'Meeting') as activity_type,
        cast(null as varchar) as direction,
        cast(null as varchar) as call_disposition,
        cast(null as varchar) as status,

        -- numbers
        {{ parse_number('durationinminutes', 'decimal(18, 4)') }} as duration_minutes,

        -- booleans
        false as is_closed,
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
        cast(null as timestamp) as completed_at,

        -- origin
        {{ source_row_columns(salesforce_id('id')) }}
    from {{ source('raw', 'salesforce__event') }} as source_rows
    {{ join_source_zone('salesforce', 'startdatetime') }}
    {{ join_source_zone('salesforce', 'activitydatetime') }}
    {{ join_source_zone('salesforce', 'createddate') }}
    where not source_rows._is_tombstone
),

renamed as (
    select * from tasks
    union all
    select * from events
)

select * from renamed
