-- Each deal and each lead once under each segment that its figures are shown by.
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
        'lead' as subject_type,
        lead_id as subject_id,
        segment_type,
        segment_id
    from {{ ref('int_lead_segments_expanded') }}
)

select * from final
