with

conversions as (
    select * from {{ ref('int_funnel_conversions_measured') }}
),

segments as (
    select * from {{ ref('int_segments_listed') }}
),

figures as (
    select
        cast(conversions.segment_type as varchar) as segment_type,
        cast(conversions.segment_id as varchar) as segment_id,
        cast(segments.segment_name as varchar) as segment_name,
        cast(conversions.pipeline as varchar) as pipeline,
        cast(conversions.subject_type as varchar) as subject_type,
        {{ funnel_columns('conversions') }}
    from conversions
    inner join segments
        on
            conversions.segment_type = segments.segment_type
            and conversions.segment_id = segments.segment_id
),

final as (
    {{ with_comparability(
        'figures', 'figures.segment_type', 'figures.segment_id',
        "'funnel_conversion'", pipeline='figures.pipeline'
    ) }}
)

select * from final
