-- noqa: disable=LT02
-- One value a rep, period and metric, for every rep who was there in a period that has begun, with what the value rests on:
-- successes and trials for a rate, the closed deals that the rep's exposure is judged by.
with

reps as (
    select * from {{ ref('int_reps_unioned') }}
    where exclusion_reason is null
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

deals as (
    select * from {{ ref('int_opportunities_valued') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

first_deals as (
    select min(coalesce(created_on, closed_on)) as first_deal_on from deals
),

rep_periods as (
    select
        reps.rep_id,
        reps.rep_name,
        reps.role,
        reps.segment,
        periods.period_type,
        periods.period_start,
        periods.period_end
    from {{ ref('int_periods_generated') }} as periods
    cross join reps
    cross join as_of
    cross join first_deals
    where
        periods.period_start <= as_of.as_of_date
        and periods.period_end >= first_deals.first_deal_on
        and (reps.hired_on is null or reps.hired_on <= periods.period_end)
        and (reps.ended_on is null or reps.ended_on >= periods.period_start)
),

owned as (
    select
        deals.owner_id as rep_id,
        period_dates.period_type,
        period_dates.period_start,
        count(*) as closed_count,
        count(case when deals.is_won then 1 end) as won_count,
        sum(case when deals.is_won then deals.amount_reporting end) as won_amount,
        count(case when deals.is_won then deals.amount_reporting end) as won_amount_count,
        {{ median(
            'cast(case when deals.is_won and deals.closed_on >= deals.created_on then '
            ~ days_between('deals.created_on', 'deals.closed_on') ~ ' end as double)'
        ) }} as median_cycle_days
    from deals
    inner join period_dates on deals.closed_on = period_dates.date_day
    group by deals.owner_id, period_dates.period_type, period_dates.period_start
),

ever_owned as (
    select owner_id as rep_id from deals
    union
    select rep_id from {{ ref('int_credits_computed') }}
),

attainments as (
    select * from {{ ref('mart_quota_attainment') }}
    where assignee_type = 'rep'
),

measured as (
    select
        rep_periods.*,
        ever_owned.rep_id is not null as has_deals,
        coalesce(owned.closed_count, 0) as closed_count,
        coalesce(owned.won_count, 0) as won_count,
        cast(
            {{ exact_quotient('owned.won_amount', 'nullif(owned.won_amount_count, 0)') }} as decimal(18, 2)
        ) as average_won_amount,
        owned.median_cycle_days,
        coalesce(revenue.actual_amount, 0) as revenue_won,
        coalesce(deals_won.actual_amount, 0) as deals_won,
        revenue.attainment_ratio,
        coalesce(revenue.is_partial_quota, false) as has_partial_quota
    from rep_periods
    left join owned
        on
            rep_periods.rep_id = owned.rep_id
            and rep_periods.period_type = owned.period_type
            and rep_periods.period_start = owned.period_start
    left join ever_owned on rep_periods.rep_id = ever_owned.rep_id
    left join attainments as revenue
        on
            revenue.metric = 'revenue_won'
            and rep_periods.rep_id = revenue.assignee_id
            and rep_periods.period_type = revenue.period_type
            and rep_periods.period_start = revenue.period_start
    left join attainments as deals_won
        on
            deals_won.metric = 'deals_won'
            and rep_periods.rep_id = deals_won.assignee_id
            and rep_periods.period_type = deals_won.period_type
            and rep_periods.period_start = deals_won.period_start
),

final as (
    {% set measures = {
        'attainment': 'attainment_ratio',
        'revenue_won': 'revenue_won',
        'deals_won': 'deals_won',
        'win_rate': 'cast(won_count as double) / nullif(cast(closed_count as double), 0)',
        'average_won_amount': 'average_won_amount',
        'median_cycle_days': 'median_cycle_days',
    } %}
    {% for metric, expression in measures.items() -%}
    select
        rep_id,
        rep_name,
        role,
        segment,
        period_type,
        period_start,
        period_end,
        '{{ metric }}' as metric,
        cast({{ expression }} as double) as value,
        {{ 'won_count' if metric == 'win_rate' else 'cast(null as bigint)' }} as successes,
        {{ 'closed_count' if metric == 'win_rate' else 'cast(null as bigint)' }} as trials,
        closed_count,
        has_deals,
        has_partial_quota
    from measured
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
