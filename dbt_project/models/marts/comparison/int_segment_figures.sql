-- One value per rep or team, period and compared metric, with what the value rests on: successes and trials for a rate, the closed deals
-- that decide whether it may be ranked. Credited metrics take their actual; the other compared metrics are measured here.
with

spine as (
    select * from {{ ref('int_comparison_spine') }}
),

metrics as (
    select * from {{ ref('metrics') }}
    where is_compared
),

closed_deals as (
    select * from {{ ref('int_closed_deals') }}
),

attainments as (
    select
        assignee_type as segment_type,
        assignee_id as segment_id,
        metric,
        period_type,
        period_start,
        quota_amount,
        is_partial_quota,
        credited_amount,
        case when is_recorded then coalesce(credited_amount, 0) end as actual_amount
    from {{ ref('int_attainments_measured') }}
),

revenue as (
    select
        segment_type,
        segment_id,
        period_type,
        period_start,
        is_partial_quota,
        credited_amount is null as is_without_credit,
        case when not is_partial_quota then cast(quota_amount as decimal(20, 2)) - actual_amount end as gap_amount,
        case
            when not is_partial_quota and quota_amount <> 0
                then cast(actual_amount as double) / cast(quota_amount as double)
        end as attainment_ratio
    from attainments
    where metric = 'revenue_won'
),

lead_responses as (
    select * from {{ ref('int_leads_summed') }}
),

segments_with_responses as (
    select distinct
        segment_type,
        segment_id
    from lead_responses
    where recorded_count > 0
),

deal_segments as (
    select
        deal_segments.segment_type,
        deal_segments.segment_id,
        not deals.is_closed as is_open,
        case when not deals.is_closed then deals.amount_reporting end as open_amount
    from {{ ref('fct_segment_subjects') }} as deal_segments
    left join {{ ref('fct_opportunities') }} as deals on deal_segments.subject_id = deals.opportunity_id
    where deal_segments.subject_type = 'opportunity' and deal_segments.segment_type in ('company', 'team', 'rep')
    union all
    select
        'rep' as segment_type,
        rep_id as segment_id,
        false as is_open,
        null as open_amount
    from {{ ref('fct_credits') }}
),

-- everybody who ever had a deal, with the amount of the deals that are open now
owners as (
    select
        segment_type,
        segment_id,
        case when count(case when is_open then 1 end) > 0 then sum(open_amount) else 0 end as open_amount
    from deal_segments
    group by segment_type, segment_id
),

final as (
    select
        spine.segment_type,
        spine.segment_id,
        spine.segment_name,
        spine.narrow_group,
        spine.wide_group,
        spine.period_type,
        spine.period_start,
        spine.period_end,
        metrics.metric,
        metrics.rests_on,
        cast(case
            when metrics.recorded_since = 'always' and metrics.can_have_quota then coalesce(attainments.actual_amount, 0)
            when metrics.can_have_quota then attainments.actual_amount
            when metrics.metric = 'attainment' then revenue.attainment_ratio
            when metrics.metric = 'win_rate'
                then cast(closed_deals.won_count as double) / nullif(cast(closed_deals.closed_count as double), 0)
            when metrics.metric = 'average_won_amount'
                then cast({{ exact_quotient(
                    'closed_deals.won_amount', 'nullif(closed_deals.won_amount_count, 0)'
                ) }} as decimal(18, 2))
            when metrics.metric = 'median_cycle_days' then closed_deals.median_cycle_days
            when metrics.metric = 'pipeline_coverage' and revenue.gap_amount > 0
                then
                    cast(case when owners.segment_id is null then 0 else owners.open_amount end as double)
                    / cast(revenue.gap_amount as double)
            when metrics.metric = 'lead_response_business_minutes' then lead_responses.median_response_business_minutes
        end as double) as value,
        case when metrics.metric = 'win_rate' then coalesce(closed_deals.won_count, 0) end as successes,
        case when metrics.metric = 'win_rate' then coalesce(closed_deals.closed_count, 0) end as trials,
        case
            when metrics.can_have_quota and metrics.recorded_since <> 'always' then attainments.actual_amount is not null
            when metrics.metric = 'lead_response_business_minutes'
                then coalesce(lead_responses.recorded_count > 0, segments_with_responses.segment_id is not null)
            else true
        end as is_recorded,
        metrics.metric = 'pipeline_coverage' and coalesce(revenue.is_without_credit, true) as takes_no_credit_as_none,
        coalesce(closed_deals.closed_count, 0) as closed_count,
        closed_deals.logging_coverage,
        coalesce(closed_deals.is_below_peers, false) as is_below_peers,
        owners.segment_id is not null as has_deals,
        coalesce(revenue.is_partial_quota, false) as has_partial_quota
    from spine
    cross join metrics
    left join owners using (segment_type, segment_id)
    left join segments_with_responses using (segment_type, segment_id)
    left join attainments using (segment_type, segment_id, period_type, period_start, metric)
    left join revenue using (segment_type, segment_id, period_type, period_start)
    left join closed_deals using (segment_type, segment_id, period_type, period_start)
    left join lead_responses using (segment_type, segment_id, period_type, period_start)
    where metrics.metric <> 'pipeline_coverage' or spine.holds_as_of_date
)

select * from final
