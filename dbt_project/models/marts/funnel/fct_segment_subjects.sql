-- Each deal and each lead once under each segment that its figures are shown by: company, team and rep, and the values of the dimensions of
-- the breakdown. A lead has a source only; product family and size are known only for deals.
with

deal_segments as (
    select * from {{ ref('int_opportunity_segments_expanded') }}
),

deal_dimensions as (
    select * from {{ ref('int_deal_dimensions') }}
),

lead_segments as (
    select * from {{ ref('int_lead_segments_expanded') }}
),

leads as (
    select * from {{ ref('int_leads_validated') }}
    where exclusion_reason is null and created_on is not null
),

unioned as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        segment_type,
        segment_id
    from deal_segments
    union all
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        dimension as segment_type,
        "value" as segment_id
    from deal_dimensions
    union all
    select
        'lead' as subject_type,
        lead_id as subject_id,
        segment_type,
        segment_id
    from lead_segments
    union all
    select
        'lead' as subject_type,
        lead_id as subject_id,
        'lead_source' as segment_type,
        coalesce(lead_source, 'unknown') as segment_id
    from leads
),

final as (
    select
        cast(subject_type as varchar) as subject_type,
        cast(subject_id as varchar) as subject_id,
        cast(segment_type as varchar) as segment_type,
        cast(segment_id as varchar) as segment_id
    from unioned
)

select * from final
