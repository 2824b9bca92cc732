with

final as (
    select
        cast(lead_id as varchar) as lead_id,
        cast(source as varchar) as source,
        cast(owner_id as varchar) as owner_id,
        cast(opportunity_id as varchar) as opportunity_id,
        cast(lead_source as varchar) as lead_source,
        cast(lead_status as varchar) as lead_status,
        created_at,
        created_on,
        is_contact_recorded,
        first_contacted_at,
        first_contacted_on,
        response_minutes,
        response_business_minutes,
        qualified_at,
        qualified_on,
        converted_on,
        cast(source_file as varchar) as source_file,
        source_row
    from {{ ref('int_lead_responses_measured') }}
)

select * from final
