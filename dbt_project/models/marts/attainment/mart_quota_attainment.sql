with

quotas as (
    select * from {{ ref('int_quotas_rolled_up') }}
),

actuals as (
    select * from {{ ref('int_metric_actuals_summed') }}
),

-- the metrics whose actuals are computed: only there does no row mean none
recorded_metrics as (
    select metric from {{ ref('metrics') }}
    where is_recorded
),

segments as (
    select * from {{ ref('int_segments_listed') }}
),

periods as (
    select * from {{ ref('int_periods_generated') }}
),

reps as (
    select
        rep_id,
        region
    from {{ ref('int_reps_unioned') }}
    where exclusion_reason is null
),

working_days as (
    select * from {{ ref('int_period_working_days_counted') }}
),

joined as (
    select
        coalesce(quotas.assignee_type, actuals.assignee_type) as assignee_type,
        coalesce(quotas.assignee_id, actuals.assignee_id) as assignee_id,
        coalesce(quotas.metric, actuals.metric) as metric,
        coalesce(quotas.period_type, actuals.period_type) as period_type,
        coalesce(quotas.period_start, actuals.period_start) as period_start,
        quotas.quota_amount,
        quotas.quota_source,
        coalesce(quotas.is_partial_quota, false) as is_partial_quota,
        quotas.over_assignment_ratio,
        actuals.actual_amount as summed_amount
    from quotas
    full outer join actuals
        on
            quotas.assignee_type = actuals.assignee_type
            and quotas.assignee_id = actuals.assignee_id
            and quotas.metric = actuals.metric
            and quotas.period_type = actuals.period_type
            and quotas.period_start = actuals.period_start
),

measured as (
    select
        joined.*,
        segments.segment_name as assignee_name,
        periods.period_end,
        periods.is_complete,
        coalesce(
            joined.summed_amount,
            case when recorded_metrics.metric is not null then cast(0 as decimal(18, 2)) end
        ) as actual_amount,
        working_days.working_days,
        working_days.elapsed_working_days,
        cast(working_days.elapsed_working_days as double)
        / nullif(cast(working_days.working_days as double), 0) as elapsed_ratio
    from joined
    inner join periods
        on
            joined.period_type = periods.period_type
            and joined.period_start = periods.period_start
    left join segments
        on
            joined.assignee_type = segments.segment_type
            and joined.assignee_id = segments.segment_id
    left join recorded_metrics on joined.metric = recorded_metrics.metric
    left join reps
        on
            joined.assignee_type = 'rep'
            and joined.assignee_id = reps.rep_id
    left join working_days
        on
            joined.period_type = working_days.period_type
            and joined.period_start = working_days.period_start
            and coalesce(reps.region, '') = working_days.region
),

final as (
    select
        cast(assignee_type as varchar) as assignee_type,
        cast(assignee_id as varchar) as assignee_id,
        cast(assignee_name as varchar) as assignee_name,
        cast(metric as varchar) as metric,
        cast(period_type as varchar) as period_type,
        period_start,
        period_end,
        quota_amount,
        cast(quota_source as varchar) as quota_source,
        is_partial_quota,
        over_assignment_ratio,
        actual_amount,
        case
            when not is_partial_quota and quota_amount <> 0
                then cast(actual_amount as double) / cast(quota_amount as double)
        end as attainment_ratio,
        cast(quota_amount - actual_amount as decimal(18, 2)) as gap_amount,
        elapsed_ratio,
        case
            when not is_partial_quota and quota_amount <> 0 and elapsed_working_days > 0
                then cast(actual_amount as double) / (cast(quota_amount as double) * elapsed_ratio)
        end as pace_ratio,
        cast({{ exact_quotient(
            '(quota_amount - actual_amount)', 'nullif(working_days - elapsed_working_days, 0)'
        ) }} as decimal(18, 2)) as required_per_working_day,
        is_complete,
        {{ comparability_columns() }}
    from measured
)

select * from final
