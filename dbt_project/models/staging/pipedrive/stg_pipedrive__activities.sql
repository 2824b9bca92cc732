-- Pipedrive keeps planned and done activities in one list. What is not marked done, or was deleted, has not occurred: it has a null
-- occurred_at, and its outcome says so. What is done occurred when it was due.
with

source_rows as (
    select * from {{ source('raw', 'pipedrive__activity') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('activity_id') }} as activity_key,
        {{ text('assigned_to_user') }} as rep_reference,
        {{ text('deal_id') }} as opportunity_reference,
        {{ text('lead_id') }} as lead_reference,
        {{ text('org_id') }} as account_reference,

        -- text
        {{ text('type') }} as activity_type,

        -- booleans
        coalesce({{ parse_boolean('done') }}, false) as is_done,
        coalesce({{ parse_boolean('is_deleted') }}, false) as is_deleted,

        -- instants
        {{ parse_instant('due_to', 'due_to_zone.time_zone') }} as due_at,
        case when {{ is_plain_date('due_to') }} then {{ parse_date('due_to') }} end as due_on,
        {{ parse_instant('marked_as_done_time', 'marked_as_done_time_zone.time_zone') }} as marked_as_done_at,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('pipedrive', 'due_to') }}
    {{ join_source_zone('pipedrive', 'marked_as_done_time') }}
),

occurred as (
    select
        *,
        case when is_done and not is_deleted then coalesce(due_at, marked_as_done_at) end as occurred_at
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

        -- text
        activity_type,
        cast(null as varchar) as direction,
        case
            when is_deleted then 'deleted'
            when is_done then 'done'
            else 'planned'
        end as outcome,
        cast(null as varchar) as tool,

        -- numbers
        cast(null as decimal(18, 4)) as duration_minutes,

        -- instants and their business dates
        occurred_at,
        {{ business_date('occurred_at') }} as occurred_on,
        marked_as_done_at as logged_at,
        coalesce(due_at, marked_as_done_at) as crm_dated_at,
        due_on as crm_dated_on,

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
