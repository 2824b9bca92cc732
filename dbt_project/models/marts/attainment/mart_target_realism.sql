-- Each quota and what the assignee itself has done: best and median of the last realism_periods complete periods of its type before it.
with

quotas as (
    select * from {{ ref('mart_quota_attainment') }}
    where quota_amount is not null
),

actuals as (
    select
        measured.assignee_type,
        measured.assignee_id,
        measured.metric,
        measured.period_type,
        measured.period_start,
        {{ actual_amount('measured') }} as actual_amount
    from {{ ref('int_attainments_measured') }} as measured
    {{ join_collection('measured', 'measured.assignee_type', 'measured.assignee_id', 'measured.metric') }}
    where measured.is_complete
),

periods as (
    select
        period_type,
        period_start,
        is_complete,
        row_number() over (partition by period_type order by period_start) as position_of_period
    from {{ ref('int_periods_in_use') }}
),

-- the last period that a quota is compared with: the one before it, or the last complete one
compared as (
    select
        periods.period_type,
        periods.period_start,
        max(earlier.position_of_period) as last_position
    from periods
    inner join periods as earlier
        on
            periods.period_type = earlier.period_type
            and periods.position_of_period > earlier.position_of_period
            and earlier.is_complete
    group by periods.period_type, periods.period_start
),

histories as (
    select
        quotas.assignee_type,
        quotas.assignee_id,
        quotas.metric,
        quotas.period_type,
        quotas.period_start,
        count(*) as compared_periods,
        max(actuals.actual_amount) as best_actual_amount,
        cast(round({{ median('cast(actuals.actual_amount as double)') }}, 2) as decimal(18, 2)) as median_actual_amount
    from quotas
    inner join compared using (period_type, period_start)
    inner join periods
        on
            compared.period_type = periods.period_type
            and periods.position_of_period
            between compared.last_position - {{ var('realism_periods') }} + 1 and compared.last_position
    inner join actuals
        on
            quotas.assignee_type = actuals.assignee_type
            and quotas.assignee_id = actuals.assignee_id
            and quotas.metric = actuals.metric
            and periods.period_type = actuals.period_type
            and periods.period_start = actuals.period_start
            and actuals.actual_amount is not null
    group by quotas.assignee_type, quotas.assignee_id, quotas.metric, quotas.period_type, quotas.period_start
),

assessed as (
    select
        quotas.*,
        coalesce(histories.compared_periods, 0) as compared_periods,
        histories.best_actual_amount,
        histories.median_actual_amount,
        -- a partial quota is smaller than what was asked of the assignee
        histories.compared_periods >= {{ var('realism_minimum_periods') }} and not quotas.is_partial_quota as can_be_assessed
    from quotas
    left join histories using (assignee_type, assignee_id, metric, period_type, period_start)
),

figures as (
    select
        assignee_type,
        assignee_id,
        assignee_name,
        is_leaf_team,
        metric,
        period_type,
        period_start,
        period_end,
        quota_amount,
        quota_source,
        is_partial_quota,
        is_complete,
        attainment_ratio,
        compared_periods,
        best_actual_amount,
        median_actual_amount,
        cast(quota_amount as double) / nullif(cast(best_actual_amount as double), 0) as quota_to_best_ratio,
        cast(quota_amount as double) / nullif(cast(median_actual_amount as double), 0) as quota_to_median_ratio,
        case
            when can_be_assessed
                then quota_amount > cast(best_actual_amount as decimal(20, 2)) * {{ var('unreachable_above_best') }}
        end as unreachable,
        case
            when can_be_assessed
                then quota_amount < cast(median_actual_amount as decimal(20, 2)) * {{ var('too_easy_below_median') }}
        end as too_easy
    from assessed
),

final as (
    {{ with_comparability(
        'figures', 'figures.assignee_type', 'figures.assignee_id',
        'figures.metric', value='figures.attainment_ratio', is_complete=none
    ) }}
)

select * from final
