with

final as (
    select
        cast(subject_type as varchar) as subject_type,
        cast(subject_id as varchar) as subject_id,
        cast(segment_type as varchar) as segment_type,
        cast(segment_id as varchar) as segment_id
    from {{ ref('int_funnel_segments_expanded') }}
)

select * from final
