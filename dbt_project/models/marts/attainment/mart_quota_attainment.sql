with

listed as (
    select * from {{ ref('int_attainment_rows_listed') }}
),

quotas as (
    select * from {{ ref('int_quotas_rolled_up') }}
),

actuals as (
    select * from {{ ref('int_metric_actuals') }}
),

segments as (
    select * from {{ ref('int_segments_listed') }}
),

reps as (
    select
        rep_id,
        region
    from {{ ref('int_reps_matched') }}
),

working_days as (
    select * from {{ ref('int_period_working_days_counted') }}
),

measured as (
    select
        listed.*,
        segments.segment_name as assignee_name,
        quotas.quota_amount,
        quotas.quota_source,
        coalesce(quotas.is_partial_quota, false) as is_partial_quota,
        quotas.over_assignment_ratio,
        case
            when listed.is_recorded then coalesce(actuals.actual_amount, cast({{ none_or_unknown() }} as decimal(18, 2)))
        end as actual_amount,
        working_days.working_days,
        working_days.elapsed_working_days,
        cast(working_days.elapsed_working_days as double)
        / nullif(cast(working_days.working_days as double), 0) as elapsed_ratio
    from listed
    left join quotas
        on
            listed.assignee_type = quotas.assignee_type
            and listed.assignee_id = quotas.assignee_id
            and listed.metric = quotas.metric
            and listed.period_type = quotas.period_type
            and listed.period_start = quotas.period_start
    left join actuals
        on
            listed.assignee_type = actuals.assignee_type
            and listed.assignee_id = actuals.assignee_id
            and listed.metric = actuals.metric
            and listed.period_type = actuals.period_type
            and listed.period_start = actuals.period_start
    left join segments
        on
            listed.assignee_type = segments.segment_type
            and listed.assignee_id = segments.segment_id
    left join reps
        on
            listed.assignee_type = 'rep'
            and listed.assignee_id = reps.rep_id
    left join working_days
        on
            listed.period_type = working_days.period_type
            and listed.period_start = working_days.period_start
            and coalesce(reps.region, '') = working_days.region
    {{ join_collection('listed', 'listed.assignee_type', 'listed.assignee_id', 'listed.metric') }}
),

figures as (
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
        is_complete
    from measured
),

final as (
    {{ with_comparability(
        'figures', 'figures.assignee_type', 'figures.assignee_id',
        'figures.metric', value='figures.actual_amount'
    ) }}
)

select * from final
