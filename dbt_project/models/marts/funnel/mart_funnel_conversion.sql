with

conversions as (
    select * from {{ ref('int_funnel_conversions') }}
),

figures as (
    select
        {{ all_columns_but('conversions', 'group_fingerprint') }},
        segments.segment_name,
        segments.is_leaf_team,
        steps.from_position_in_pipeline,
        steps.to_position_in_pipeline,
        steps.step_type
    from conversions
    inner join {{ ref('int_segments_listed') }} as segments using (segment_type, segment_id)
    {{ join_funnel_steps('conversions') }}
),

final as (
    {{ with_comparability(
        'figures', 'figures.segment_type', 'figures.segment_id', "'funnel_conversion'", pipeline='figures.pipeline'
    ) }}
)

select * from final
