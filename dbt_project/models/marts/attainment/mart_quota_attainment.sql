-- An actual without a credit is 0, and null where it was not recorded. A 0 without a quota has no row.
with

measured as (
    select * from {{ ref('int_attainments_measured') }}
),

segments as (
    select * from {{ ref('int_segments_listed') }}
),

reps as (
    select
        rep_id,
        holiday_region
    from {{ ref('dim_reps') }}
),

working_days as (
    select * from {{ ref('int_working_days') }}
),

in_working_days as (
    select
        measured.*,
        last_days.working_days_through - first_days.working_days_before as working_days,
        greatest(elapsed_days.working_days_through - first_days.working_days_before, 0) as elapsed_working_days
    from measured
    cross join {{ ref('int_as_of_determined') }} as as_of
    left join reps on case when measured.assignee_type = 'rep' then measured.assignee_id end = reps.rep_id
    left join working_days as first_days
        on coalesce(reps.holiday_region, '') = first_days.region and measured.period_start = first_days.date_day
    left join working_days as last_days
        on first_days.region = last_days.region and measured.period_end = last_days.date_day
    left join working_days as elapsed_days
        on first_days.region = elapsed_days.region and least(measured.period_end, as_of.as_of_date) = elapsed_days.date_day
),

with_actuals as (
    select
        measured.*,
        segments.segment_name as assignee_name,
        segments.is_leaf_team,
        {{ actual_amount('measured') }} as actual_amount,
        cast(measured.elapsed_working_days as double) / nullif(cast(measured.working_days as double), 0) as elapsed_ratio
    from in_working_days as measured
    left join segments
        on measured.assignee_type = segments.segment_type and measured.assignee_id = segments.segment_id
    {{ join_collection('measured', 'measured.assignee_type', 'measured.assignee_id', 'measured.metric') }}
),

figures as (
    select
        cast(assignee_type as varchar) as assignee_type,
        cast(assignee_id as varchar) as assignee_id,
        cast(assignee_name as varchar) as assignee_name,
        is_leaf_team,
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
        {{ with_cents('cast(quota_amount as decimal(20, 2)) - actual_amount') }} as gap_amount,
        elapsed_ratio,
        case
            when not is_partial_quota and quota_amount <> 0 and elapsed_working_days > 0
                then cast(actual_amount as double) / (cast(quota_amount as double) * elapsed_ratio)
        end as pace_ratio,
        {{ with_cents(exact_quotient(
            '(cast(quota_amount as decimal(20, 2)) - actual_amount)', 'nullif(working_days - elapsed_working_days, 0)'
        )) }} as required_per_working_day,
        is_complete
    from with_actuals
    where quota_source is not null or credited_amount is not null or actual_amount is null
),

final as (
    {{ with_comparability(
        'figures', 'figures.assignee_type', 'figures.assignee_id',
        'figures.metric', value='figures.actual_amount', is_complete=none,
        change_of='attainment_ratio', keys='figures.assignee_type, figures.assignee_id, figures.metric'
    ) }}
)

select * from final
