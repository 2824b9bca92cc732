-- Salesforce's tasks and events in the canonical columns of activities. A task has occurred when it is closed: on its ActivityDate, and not
-- later than it was closed; the hour is known where it was closed or entered on that day. An event occurs when it begins. What lies in the
-- recycle bin, the pattern of a series and the copy of an invited user have not occurred. A day is a date, whatever the zone.
-- When a lead is converted its activities become those of the contact: what was done between the two days was done to the lead.
{% set same_columns %}
    activity_key, rep_reference, opportunity_reference, lead_reference, account_reference, contact_reference, activity_type,
    duration_minutes, source_key, source_file, source_row, row_hash, extracted_at, superseded_at, is_current, extras
{% endset %}

with

tasks as (
    select
        *,
        {{ business_date('completed_at') }} as completed_on,
        {{ business_date('created_at') }} as created_on,
        case
            when is_deleted or is_series or not is_closed then null
            when completed_at is null or activity_on <= {{ business_date('completed_at') }} then activity_on
            else {{ business_date('completed_at') }}
        end as occurred_on
    from {{ ref('base_salesforce__tasks') }}
),

events as (
    select
        *,
        case
            when is_deleted or is_series or is_copy then null
            when is_all_day or starts_at is null then {{ start_of_business_date('activity_on') }}
            else starts_at
        end as occurred_at
    from {{ ref('base_salesforce__events') }}
),

unioned as (
    select
        {{ same_columns }},
        direction,
        case
            when is_deleted then 'deleted'
            when is_series then 'series'
            when not is_closed then 'planned'
            else coalesce(call_disposition, 'done')
        end as outcome,
        case
            when occurred_on = completed_on then completed_at
            when occurred_on = created_on then created_at
            else {{ start_of_business_date('occurred_on') }}
        end as occurred_at,
        occurred_on,
        coalesce(completed_at, created_at) as logged_at
    from tasks
    union all
    select
        {{ same_columns }},
        cast(null as varchar) as direction,
        case
            when is_deleted then 'deleted'
            when is_series then 'series'
            when is_copy then 'copy'
        end as outcome,
        occurred_at,
        {{ business_date('occurred_at') }} as occurred_on,
        -- an event that was in the calendar before it began was logged when it began
        case when created_at > occurred_at then created_at else occurred_at end as logged_at
    from events
),

conversions as (
    select * from {{ ref('base_salesforce__leads') }}
    where is_current and contact_key is not null
),

converted_leads as (
    select
        unioned.source_file,
        unioned.source_row,
        min(conversions.lead_key) as lead_key
    from unioned
    inner join conversions
        on
            unioned.contact_reference = conversions.contact_key
            and unioned.occurred_on between conversions.created_on and conversions.converted_on
    group by unioned.source_file, unioned.source_row
),

final as (
    select
        -- ids
        unioned.activity_key,
        unioned.rep_reference,
        unioned.opportunity_reference,
        coalesce(unioned.lead_reference, converted_leads.lead_key) as lead_reference,
        unioned.account_reference,

        -- text
        unioned.activity_type,
        unioned.direction,
        unioned.outcome,
        cast(null as varchar) as tool,

        -- numbers
        unioned.duration_minutes,

        -- instants and their business dates
        unioned.occurred_at,
        unioned.occurred_on,
        unioned.logged_at,

        -- origin
        unioned.source_key,
        unioned.source_file,
        unioned.source_row,
        unioned.row_hash,
        unioned.extracted_at,
        unioned.superseded_at,
        unioned.is_current,
        unioned.extras
    from unioned
    left join converted_leads
        on
            unioned.source_file = converted_leads.source_file
            and unioned.source_row = converted_leads.source_row
)

select * from final
