with

-- of a period that trusted breaks leave unrecorded the figure is null, and its credits still tie
attainments as (
    select
        attained.assignee_type,
        attained.metric,
        attained.period_type,
        attained.period_start,
        case
            when attained.collection_status = 'not_recorded' then coalesce(attained.actual_amount, credited.actual_amount)
            else attained.actual_amount
        end as actual_amount
    from {{ ref('mart_quota_attainment') }} as attained
    left join {{ ref('int_metric_actuals') }} as credited
        on attained.assignee_type = credited.assignee_type
            and attained.assignee_id = credited.assignee_id
            and attained.metric = credited.metric
            and attained.period_type = credited.period_type
            and attained.period_start = credited.period_start
    where attained.metric in ('revenue_won', 'deals_won')
        and (
            attained.actual_amount is not null
            or (attained.collection_status = 'not_recorded' and credited.actual_amount is not null)
        )
),

of_reps as (
    select
        metric,
        period_type,
        period_start,
        sum(actual_amount) as total,
        count(*) as rep_count
    from attainments
    where assignee_type = 'rep'
    group by metric, period_type, period_start
),

of_company as (
    select metric, period_type, period_start, actual_amount as total
    from attainments
    where assignee_type = 'company'
),

of_deals as (
    select
        period_dates.period_type,
        period_dates.period_start,
        coalesce(sum(deals.amount_reporting), 0) as amount_total,
        count(*) as deal_count
    from {{ ref('fct_opportunities') }} as deals
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on deals.closed_on = period_dates.date_day
    where deals.is_won
    group by period_dates.period_type, period_dates.period_start
),

won as (
    select 'revenue_won' as metric, period_type, period_start, amount_total as total from of_deals
    union all
    select 'deals_won' as metric, period_type, period_start, deal_count as total from of_deals
),

keys as (
    select metric, period_type, period_start from of_reps
    union
    select metric, period_type, period_start from of_company
    union
    select metric, period_type, period_start from won
)

select
    keys.metric,
    keys.period_type,
    keys.period_start,
    of_reps.total as rep_total,
    of_company.total as company_total,
    won.total as deal_total
from keys
left join of_reps
    on keys.metric = of_reps.metric
        and keys.period_type = of_reps.period_type
        and keys.period_start = of_reps.period_start
left join of_company
    on keys.metric = of_company.metric
        and keys.period_type = of_company.period_type
        and keys.period_start = of_company.period_start
left join won
    on keys.metric = won.metric
        and keys.period_type = won.period_type
        and keys.period_start = won.period_start
-- money ties to the cent; each rep's shares of deals are rounded to 2 decimals, so that theirs may be off by half of one each
where coalesce(of_company.total, 0) <> coalesce(won.total, 0)
    or abs(coalesce(of_reps.total, 0) - coalesce(won.total, 0))
    > case when keys.metric = 'deals_won' then 0.005 * coalesce(of_reps.rep_count, 0) else 0 end
