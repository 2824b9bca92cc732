-- Salesforce's tasks and events in the canonical columns of activities. When a lead is converted its activities become those of
-- the contact: what was done between the two days was done to the lead.
with

unioned as (
    select * from {{ ref('stg_salesforce__tasks') }}
    union all
    select * from {{ ref('stg_salesforce__events') }}
),

conversions as (
    select * from {{ ref('stg_salesforce__lead_conversions') }}
    where is_current
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
