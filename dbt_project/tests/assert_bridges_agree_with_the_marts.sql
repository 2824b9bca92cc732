-- The new definition of a bridge is the one by which the other marts count: where both have a row, both say the same.
with

bridged as (
    select * from {{ ref('mart_metric_bridge') }}
),

conversions as (
    select * from {{ ref('mart_funnel_conversion') }}
),

final as (
    select bridged.*
    from bridged
    inner join conversions
        on
            bridged.segment_type = conversions.segment_type
            and bridged.segment_id = conversions.segment_id
            and conversions.subject_type = 'opportunity'
            and bridged.pipeline = conversions.pipeline
            and bridged."view" = conversions."view"
            and bridged.period_type = conversions.period_type
            and bridged.period_start = conversions.period_start
            and bridged.from_stage = conversions.from_stage
            and bridged.to_stage = conversions.to_stage
    where
        bridged.new_numerator <> conversions.converted_count
        or bridged.new_denominator <> conversions.reached_count
)

select * from final
