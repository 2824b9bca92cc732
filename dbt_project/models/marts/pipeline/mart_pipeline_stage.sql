with

open_deals as (
    select * from {{ ref('int_open_deals') }}
),

deal_segments as (
    {{ segments_of_deals() }}
),

summed as (
    select
        deal_segments.segment_type,
        deal_segments.segment_id,
        open_deals.pipeline,
        open_deals.stage,
        open_deals.position_in_pipeline,
        open_deals.age_band,
        count(*) as open_count,
        sum(open_deals.amount_reporting) as open_amount,
        count(*) - count(open_deals.amount_reporting) as unknown_amount_count
    from open_deals
    inner join deal_segments on open_deals.opportunity_id = deal_segments.opportunity_id
    group by
        deal_segments.segment_type, deal_segments.segment_id, open_deals.pipeline, open_deals.stage,
        open_deals.position_in_pipeline, open_deals.age_band
),

final as (
    select
        cast(summed.segment_type as varchar) as segment_type,
        cast(summed.segment_id as varchar) as segment_id,
        cast(segments.segment_name as varchar) as segment_name,
        segments.is_leaf_team,
        cast(summed.pipeline as varchar) as pipeline,
        cast(summed.stage as varchar) as stage,
        cast(summed.position_in_pipeline as bigint) as position_in_pipeline,
        cast(summed.age_band as varchar) as age_band,
        summed.open_count,
        {{ with_cents('summed.open_amount') }} as open_amount,
        summed.unknown_amount_count
    from summed
    inner join {{ ref('int_segments_listed') }} as segments using (segment_type, segment_id)
)

select * from final
