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
        -- ids: what a task is about may be of several kinds, which the first three characters tell apart
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
)

select * from renamed
