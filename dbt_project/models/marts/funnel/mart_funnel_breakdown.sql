with

conversions as (
    select * from {{ ref('int_funnel_conversions') }}
),

dimensions as (
    select * from {{ ref('funnel_dimensions') }}
),

figures as (
    select
        dimensions.dimension,
        cast(conversions.segment_id as varchar) as "value",
        {{ all_columns_but('conversions', 'segment_type, segment_id, group_fingerprint') }},
        steps.from_position_in_pipeline,
        steps.to_position_in_pipeline,
        steps.step_type
    from conversions
    inner join dimensions on conversions.segment_type = dimensions.dimension
    {{ join_funnel_steps('conversions') }}
),

final as (
    {{ with_comparability(
        'figures', "'company'", "'company'", "'funnel_conversion_by_' || figures.dimension", pipeline='figures.pipeline'
    ) }}
)

select * from final
