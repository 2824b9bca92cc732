-- HubSpot's calls, emails, meetings and tasks in the canonical columns of activities. What is queued, scheduled, called off or
-- not done has not occurred: it has a null occurred_at, and its outcome says so. A meeting without an outcome was held when it
-- began before it was delivered. A task is no call and no email, also where its type says what to do.
{% set origin = [
    'source_key', 'source_file', 'source_row', 'row_hash', 'extracted_at', 'superseded_at', 'is_current', 'extras',
] %}
{% set ids = ['activity_key', 'owner_key', 'deal_key', 'contact_key', 'company_key', 'is_archived', 'logged_at'] %}

with

calls as (
    select
        {{ (ids + origin) | join(', ') }},
        'call' as activity_type,
        direction,
        coalesce(disposition, call_status) as outcome,
        tool,
        duration_minutes,
        happens_at,
        coalesce(call_status, 'COMPLETED') not in ('QUEUED', 'CANCELED') as has_occurred
    from {{ ref('stg_hubspot__calls') }}
),

emails as (
    select
        {{ (ids + origin) | join(', ') }},
        'email' as activity_type,
        case email_direction when 'EMAIL' then 'outbound' when 'INCOMING_EMAIL' then 'inbound' end as direction,
        email_status as outcome,
        cast(null as varchar) as tool,
        cast(null as decimal(18, 4)) as duration_minutes,
        happens_at,
        coalesce(email_status, 'SENT') not in ('SCHEDULED', 'SENDING', 'FAILED') as has_occurred
    from {{ ref('stg_hubspot__emails') }}
),

meetings as (
    select
        {{ (ids + origin) | join(', ') }},
        'meeting' as activity_type,
        cast(null as varchar) as direction,
        meeting_outcome as outcome,
        cast(null as varchar) as tool,
        case
            when ends_at >= starts_at then cast({{ seconds_between('starts_at', 'ends_at') }} / 60 as decimal(18, 4))
        end as duration_minutes,
        coalesce(starts_at, happens_at) as happens_at,
        case
            when meeting_outcome is null then coalesce(coalesce(starts_at, happens_at) <= extracted_at, false)
            else meeting_outcome not in ('SCHEDULED', 'RESCHEDULED', 'NO_SHOW', 'CANCELED')
        end as has_occurred
    from {{ ref('stg_hubspot__meetings') }}
),

tasks as (
    select
        {{ (ids + origin) | join(', ') }},
        coalesce(task_type || '_task', 'task') as activity_type,
        cast(null as varchar) as direction,
        task_status as outcome,
        cast(null as varchar) as tool,
        cast(null as decimal(18, 4)) as duration_minutes,
        coalesce(completed_at, happens_at) as happens_at,
        coalesce(task_status, '') = 'COMPLETED' as has_occurred
    from {{ ref('stg_hubspot__tasks') }}
),

unioned as (
    select * from calls
    union all
    select * from emails
    union all
    select * from meetings
    union all
    select * from tasks
),

occurred as (
    select
        *,
        case when has_occurred and not is_archived then happens_at end as occurred_at
    from unioned
),

final as (
    select
        -- ids
        activity_key,
        owner_key as rep_reference,
        deal_key as opportunity_reference,
        contact_key as lead_reference,
        company_key as account_reference,

        -- text
        activity_type,
        direction,
        case
            when is_archived then 'deleted'
            when has_occurred then outcome
            else 'planned'
        end as outcome,
        tool,

        -- numbers
        duration_minutes,

        -- instants and their business dates
        occurred_at,
        {{ business_date('occurred_at') }} as occurred_on,
        logged_at,

        -- origin
        {{ origin | join(',\n        ') }}
    from occurred
)

select * from final
