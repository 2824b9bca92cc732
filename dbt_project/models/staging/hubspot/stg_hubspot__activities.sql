-- the Rust parser gives up on as many forms as this
-- sqlfluff:use_rust_parser:False
-- noqa: disable=RF02
-- HubSpot's calls, emails, meetings and tasks in the canonical columns of activities. Only what has a status or outcome that means so has
-- occurred; the rest has a null occurred_at, and as outcome planned or, of a value that HubSpot does not have, `unknown:` and the value. A meeting
-- without an outcome was held when it began before it was delivered. A task is not a call or an email, also where its type says what to do.
{% set started_at = hubspot_instant('hs_meeting_start_time') %}
{% set occurred_at = 'case when has_occurred and not is_archived then happens_at end' %}
{% set ended_at = hubspot_instant('hs_meeting_end_time') %}

with

calls as (
    select
        {{ hubspot_activity_columns('call') }},
        'call' as activity_type,
        lower({{ text('hs_call_direction') }}) as direction,
        upper({{ text('hs_call_status') }}) as status,
        coalesce({{ text('hs_call_disposition') }}, upper({{ text('hs_call_status') }})) as outcome,
        {{ text('hs_call_source') }} as tool,
        cast({{ parse_number('hs_call_duration', 'decimal(18, 4)') }} / 60000 as decimal(18, 4)) as duration_minutes,
        {{ hubspot_instant('hs_timestamp') }} as happens_at
    {{ hubspot_activity_rows('call') }}
    where not _is_tombstone
),

emails as (
    select
        {{ hubspot_activity_columns('email') }},
        'email' as activity_type,
        case upper({{ text('hs_email_direction') }}) when 'EMAIL' then 'outbound' when 'INCOMING_EMAIL' then 'inbound' end
            as direction,
        upper({{ text('hs_email_status') }}) as status,
        upper({{ text('hs_email_status') }}) as outcome,
        cast(null as varchar) as tool,
        cast(null as decimal(18, 4)) as duration_minutes,
        {{ hubspot_instant('hs_timestamp') }} as happens_at
    {{ hubspot_activity_rows('email') }}
    where not _is_tombstone
),

meetings as (
    select
        {{ hubspot_activity_columns('meeting') }},
        'meeting' as activity_type,
        cast(null as varchar) as direction,
        upper({{ text('hs_meeting_outcome') }}) as status,
        upper({{ text('hs_meeting_outcome') }}) as outcome,
        cast(null as varchar) as tool,
        case
            when {{ ended_at }} >= {{ started_at }}
                then cast({{ seconds_between(started_at, ended_at) }} / 60 as decimal(18, 4))
        end as duration_minutes,
        coalesce({{ started_at }}, {{ hubspot_instant('hs_timestamp') }}) as happens_at
    {{ hubspot_activity_rows('meeting') }}
    {{ join_source_zone('hubspot', 'hs_meeting_start_time') }}
    {{ join_source_zone('hubspot', 'hs_meeting_end_time') }}
    where not _is_tombstone
),

tasks as (
    select
        {{ hubspot_activity_columns('task') }},
        coalesce(lower({{ text('hs_task_type') }}) || '_task', 'task') as activity_type,
        cast(null as varchar) as direction,
        upper({{ text('hs_task_status') }}) as status,
        upper({{ text('hs_task_status') }}) as outcome,
        cast(null as varchar) as tool,
        cast(null as decimal(18, 4)) as duration_minutes,
        coalesce({{ hubspot_instant('hs_task_completion_date') }}, {{ hubspot_instant('hs_timestamp') }}) as happens_at
    {{ hubspot_activity_rows('task') }}
    {{ join_source_zone('hubspot', 'hs_task_completion_date') }}
    where not _is_tombstone
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
        case object
            when 'call'
                then coalesce(status, 'COMPLETED') in (
                    'COMPLETED', 'NO_ANSWER', 'BUSY', 'MISSED', 'FAILED', 'IN_PROGRESS', 'CONNECTING', 'RINGING',
                    'CALLING_CRM_USER'
                )
            when 'email' then coalesce(status, 'SENT') in ('SENT', 'BOUNCED')
            when 'task' then coalesce(status, '') = 'COMPLETED'
            else coalesce(status = 'COMPLETED', happens_at <= extracted_at, false)
        end as has_occurred,
        coalesce(status in (
            'SCHEDULED', 'RESCHEDULED', 'NO_SHOW', 'CANCELED', 'QUEUED', 'SENDING', 'FAILED', 'NOT_STARTED', 'IN_PROGRESS',
            'WAITING', 'DEFERRED', 'DELETED'
        ), true) as is_planned
    from unioned
),

final as (
    select
        -- ids
        activity_key,
        rep_reference,
        opportunity_reference,
        lead_reference,
        account_reference,

        -- text
        activity_type,
        direction,
        case
            when is_archived then 'deleted'
            when has_occurred then outcome
            when is_planned then 'planned' else 'unknown:' || status
        end as outcome,
        tool,

        -- numbers
        duration_minutes,

        -- instants and their business dates
        {{ occurred_at }} as occurred_at,
        {{ business_date(occurred_at) }} as occurred_on,
        logged_at,
        happens_at as crm_dated_at,
        cast(null as date) as crm_dated_on,

        -- origin
        source_key,
        source_file,
        source_row,
        row_hash,
        extracted_at,
        superseded_at,
        is_current,
        extras
    from occurred
)

select * from final
