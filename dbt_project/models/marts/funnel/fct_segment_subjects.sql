-- Each deal and each lead once under each segment that its figures are shown by: company, team and rep, and the values of the dimensions of
-- the breakdown. A lead has a source only; product family and size are known only for deals.
with

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        segment_type,
        segment_id
    from {{ ref('int_opportunity_segments_expanded') }}
    union all
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        dimension as segment_type,
        "value" as segment_id
    from {{ ref('int_deal_dimensions') }}
    union all
    select
        'lead' as subject_type,
        lead_id as subject_id,
        segment_type,
        segment_id
    from {{ ref('int_lead_segments_expanded') }}
    union all
    select
        'lead' as subject_type,
        lead_id as subject_id,
        'lead_source' as segment_type,
        coalesce(lead_source, 'unknown') as segment_id
    from {{ ref('int_leads_validated') }}
    where exclusion_reason is null and created_on is not null
)

select * from final
