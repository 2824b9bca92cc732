with

deals as (
    select * from {{ ref('fct_opportunities') }}
    where closed_on is not null
),

deal_segments as (
    {{ segments_of_deals() }}
),

measured as (
    select
        deal_segments.segment_type,
        deal_segments.segment_id,
        case when deals.is_won then 'won' else 'lost' end as outcome,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        -- a deal that closed before it was created has no cycle; the exclusion ledger lists it
        case
            when deals.closed_on >= deals.created_on then {{ days_between('deals.created_on', 'deals.closed_on') }}
        end as cycle_days,
        deals.amount_reporting
    from deals
    inner join deal_segments on deals.opportunity_id = deal_segments.opportunity_id
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on deals.closed_on = period_dates.date_day
),

summed as (
    select
        segment_type,
        segment_id,
        outcome,
        period_type,
        period_start,
        period_end,
        count(*) as deal_count,
        {{ median('cast(cycle_days as double)') }} as median_cycle_days,
        {{ percentile_90('cast(cycle_days as double)') }} as p90_cycle_days,
        sum(amount_reporting) as amount_total,
        count(amount_reporting) as amount_count
    from measured
    group by segment_type, segment_id, outcome, period_type, period_start, period_end
),

figures as (
    select
        cast(summed.segment_type as varchar) as segment_type,
        cast(summed.segment_id as varchar) as segment_id,
        cast(segments.segment_name as varchar) as segment_name,
        segments.is_leaf_team,
        cast(summed.outcome as varchar) as outcome,
        cast(summed.period_type as varchar) as period_type,
        summed.period_start,
        summed.period_end,
        summed.deal_count,
        round(summed.median_cycle_days, 12) as median_cycle_days,
        round(summed.p90_cycle_days, 12) as p90_cycle_days,
        cast(
            {{ exact_quotient('summed.amount_total', 'nullif(summed.amount_count, 0)') }} as decimal(18, 2)
        ) as average_amount
    from summed
    inner join {{ ref('int_segments_listed') }} as segments using (segment_type, segment_id)
),

final as (
    {{ with_comparability('figures', 'figures.segment_type', 'figures.segment_id', "'median_cycle_days'") }}
)

select * from final
