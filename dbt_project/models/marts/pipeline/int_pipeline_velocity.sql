-- The expected won amount per day and its factors: open qualified deals, and the win rate, average won amount and median cycle of the deals
-- closed in the trailing window; for each pipeline and for all of them together.
with

open_deals as (
    select * from {{ ref('int_open_deals') }}
),

closed_deals as (
    select deals.*
    from {{ ref('fct_opportunities') }} as deals
    cross join {{ ref('int_as_of_determined') }} as as_of
    where
        deals.is_closed
        and deals.closed_on > {{ add_days('as_of.as_of_date', -var('velocity_window_days')) }}
        and deals.closed_on <= as_of.as_of_date
),

segments as (
    {{ segments_of_deals() }}
),

deals as (
    select
        opportunity_id,
        pipeline,
        case when is_qualified then 1 else 0 end as qualified,
        0 as closed,
        0 as won,
        cast(null as decimal(18, 2)) as won_amount,
        cast(null as bigint) as cycle_days
    from open_deals
    union all
    select
        opportunity_id,
        pipeline,
        0 as qualified,
        1 as closed,
        case when is_won then 1 else 0 end as won,
        case when is_won then amount_reporting end as won_amount,
        case when is_won and closed_on >= created_on then {{ days_between('created_on', 'closed_on') }} end as cycle_days
    from closed_deals
),

deals_in_pipelines as (
    select
        *,
        pipeline as shown_pipeline
    from deals
    where pipeline <> 'all'
    union all
    select
        *,
        'all' as shown_pipeline
    from deals
),

summed as (
    select
        segments.segment_type,
        segments.segment_id,
        deals.shown_pipeline as pipeline,
        cast(sum(deals.qualified) as bigint) as qualified_deal_count,
        cast(sum(deals.closed) as bigint) as closed_deal_count,
        cast(sum(deals.won) as bigint) as won_deal_count,
        sum(deals.won_amount) as won_amount_total,
        count(deals.won_amount) as won_amount_count,
        round({{ median('cast(deals.cycle_days as double)') }}, 12) as median_cycle_days
    from deals_in_pipelines as deals
    inner join segments on deals.opportunity_id = segments.opportunity_id
    group by segments.segment_type, segments.segment_id, deals.shown_pipeline
),

averaged as (
    select
        segment_type,
        segment_id,
        pipeline,
        qualified_deal_count,
        closed_deal_count,
        won_deal_count,
        cast(won_deal_count as double) / nullif(cast(closed_deal_count as double), 0) as win_rate,
        cast(
            {{ exact_quotient('won_amount_total', 'nullif(won_amount_count, 0)') }} as decimal(18, 2)
        ) as average_won_amount,
        median_cycle_days,
        -- a median of whole days is a whole number of half days
        cast(round(median_cycle_days * 2, 0) as bigint) as median_cycle_half_days
    from summed
),

final as (
    select
        *,
        {{ with_cents(exact_quotient(
            'cast(average_won_amount as decimal(24, 2)) * cast(qualified_deal_count * won_deal_count * 2 as decimal(14, 0))',
            'nullif(closed_deal_count * median_cycle_half_days, 0)'
        )) }} as velocity_per_day
    from averaged
)

select * from final
