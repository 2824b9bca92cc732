-- Salesforce's tasks and events in the canonical columns of activities. A task has occurred when it is closed: on its ActivityDate, and not
-- later than it was closed; the hour is known where it was closed or entered on that day. An event occurs when it begins. What lies in the
-- recycle bin, the pattern of a series and the copy of an invited user have not occurred. A day is a date, whatever the zone.
-- When a lead is converted its activities become those of the contact: what was done between the two days was done to the lead.
with

activities as (
    select
        *,
        is_deleted or is_series or is_copy or (object = 'task' and not coalesce(is_closed, false)) as has_not_occurred,
        {{ business_date('completed_at') }} as completed_on,
        {{ business_date('created_at') }} as created_on
    from {{ ref('base_salesforce__activities') }}
),

dated as (
    select
        *,
        case
            when has_not_occurred or object = 'event' then null
            when completed_at is null or activity_on <= completed_on then activity_on
            else completed_on
        end as done_on
    from activities
),

timed as (
    select
        *,
        case
            when has_not_occurred then null
            when object = 'event' and not is_all_day and starts_at is not null then starts_at
            when object = 'event' then {{ start_of_business_date('activity_on') }}
            when done_on = completed_on then completed_at
            when done_on = created_on then created_at
            else {{ start_of_business_date('done_on') }}
        end as occurred_at
    from dated
),

occurred as (
    select
        *,
        case when object = 'task' then done_on else {{ business_date('occurred_at') }} end as occurred_on
    from timed
),

-- the contact that each lead became is not in the canonical columns of leads
conversions as (
    select
        leads.lead_key,
        leads.created_on,
        leads.converted_on,
        {{ salesforce_id('source_rows.convertedcontactid') }} as contact_key
    from {{ ref('stg_salesforce__leads') }} as leads
    inner join {{ source('raw', 'salesforce__lead') }} as source_rows
        on leads.source_file = source_rows._source_file and leads.source_row = source_rows._source_row
    where leads.is_current
),

converted_leads as (
    select
        occurred.source_file,
        occurred.source_row,
        min(conversions.lead_key) as lead_key
    from occurred
    inner join conversions
        on
            occurred.contact_reference = conversions.contact_key
            and occurred.occurred_on between conversions.created_on and conversions.converted_on
    group by occurred.source_file, occurred.source_row
),

final as (
    select
        -- ids
        occurred.activity_key,
        occurred.rep_reference,
        occurred.opportunity_reference,
        coalesce(occurred.lead_reference, converted_leads.lead_key) as lead_reference,
        occurred.account_reference,

        -- text
        occurred.activity_type,
        occurred.direction,
        case
            when occurred.is_deleted then 'deleted'
            when occurred.is_series then 'series'
            when occurred.is_copy then 'copy'
            when occurred.object = 'event' then null
            when not occurred.is_closed then 'planned'
            when occurred.is_closed is null then 'unknown:' || occurred.status
            else coalesce(occurred.call_disposition, 'done')
        end as outcome,
        cast(null as varchar) as tool,

        -- numbers
        occurred.duration_minutes,

        -- instants and their business dates
        occurred.occurred_at,
        occurred.occurred_on,
        -- an event that was in the calendar before it began was logged when it began
        case
            when occurred.object = 'task' then coalesce(occurred.completed_at, occurred.created_at)
            when occurred.created_at > occurred.occurred_at then occurred.created_at
            else occurred.occurred_at
        end as logged_at,
        case when not occurred.is_all_day then occurred.starts_at end as crm_dated_at,
        case when occurred.is_all_day or occurred.starts_at is null then occurred.activity_on end as crm_dated_on,

        -- origin
        occurred.source_key,
        occurred.source_file,
        occurred.source_row,
        occurred.row_hash,
        occurred.extracted_at,
        occurred.superseded_at,
        occurred.is_current,
        occurred.extras
    from occurred
    left join converted_leads
        on
            occurred.source_file = converted_leads.source_file
            and occurred.source_row = converted_leads.source_row
)

select * from final
