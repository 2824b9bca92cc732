-- Each assigned quota by the working day: the amount in force that day ÷ the working days of its period. Days before the
-- first revision count 0; a day whose month has no rate is null, and with it the quota. A period without any working day
-- has one row without a day, and so a null quota.
with

quotas as (
    select * from {{ ref('int_quotas_resolved') }}
    where exclusion_reason is null
),

revisions as (
    select
        *,
        coalesce(
            {{ add_days(
                'lead(in_force_from) over (partition by assignee_type, assignee_id, metric, period_type, period_start'
                ~ ' order by in_force_from)', -1
            ) }},
            cast('9999-12-31' as date)
        ) as in_force_to
    from quotas
),

assignments as (
    select distinct
        quotas.assignee_type,
        quotas.assignee_id,
        quotas.metric,
        quotas.period_type,
        quotas.period_start,
        quotas.period_end,
        coalesce(reps.region, '') as region
    from quotas
    left join {{ ref('int_reps_unioned') }} as reps
        on
            quotas.assignee_type = 'rep'
            and quotas.assignee_id = reps.rep_id
            and reps.exclusion_reason is null
),

period_working_days as (
    select * from {{ ref('int_period_working_days_counted') }}
),

working_days as (
    select * from {{ ref('int_working_days_determined') }}
),

metrics as (
    select * from {{ ref('metrics') }}
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates_monthly') }}
),

final as (
    select
        assignments.assignee_type,
        assignments.assignee_id,
        assignments.metric,
        assignments.period_type,
        assignments.period_start,
        working_days.date_day,
        case
            when working_days.date_day is null then null
            when revisions.target_amount is null then cast(0 as decimal(38, 12))
            else {{ exact_quotient(
                'round(revisions.target_amount * case when metrics.is_money then exchange_rates.rate_to_reporting else 1 end, 4)',
                'period_working_days.working_days'
            ) }}
        end as day_amount
    from assignments
    inner join metrics on assignments.metric = metrics.metric
    left join period_working_days
        on
            assignments.region = period_working_days.region
            and assignments.period_type = period_working_days.period_type
            and assignments.period_start = period_working_days.period_start
    left join working_days
        on
            assignments.region = working_days.region
            and working_days.date_day between assignments.period_start and assignments.period_end
    left join revisions
        on
            assignments.assignee_type = revisions.assignee_type
            and assignments.assignee_id = revisions.assignee_id
            and assignments.metric = revisions.metric
            and assignments.period_type = revisions.period_type
            and assignments.period_start = revisions.period_start
            and working_days.date_day between revisions.in_force_from and revisions.in_force_to
    left join exchange_rates
        on
            revisions.currency = exchange_rates.currency
            and cast(date_trunc('month', working_days.date_day) as date) = exchange_rates.rate_month
)

select * from final
