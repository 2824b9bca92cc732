-- Each assigned quota by the working day: the amount in force that day ÷ the working days of its period. Days before the
-- first revision count 0; a day whose month has no rate is null, and with it the quota. A period without any working day
-- has one row without a day, and so a null quota. A rep's day counts 0 outside employment and on leave, and in ramp its
-- share, where the company's vars say so. The plan as it was known before is valued by the same rules.
with

plans as (
    select * from {{ ref('int_quota_plans_dated') }}
),

reps as (
    select * from {{ ref('dim_reps') }}
),

metrics as (
    select * from {{ ref('metrics') }}
),

assignments as (
    select distinct
        plans.assignee_type,
        plans.assignee_id,
        plans.metric,
        plans.period_type,
        plans.period_start,
        plans.period_end,
        plans.known_from_at,
        plans.superseded_at,
        coalesce(reps.holiday_region, '') as region,
        coalesce(reps.hired_on, cast('0001-01-01' as date)) as hired_on,
        coalesce(reps.ended_on, cast('9999-12-31' as date)) as ended_on
    from plans
    inner join metrics on plans.metric = metrics.metric
    left join reps
        on
            plans.assignee_type = 'rep'
            and plans.assignee_id = reps.rep_id
),

period_working_days as (
    select * from {{ ref('int_period_working_days') }}
),

working_days as (
    select * from {{ ref('int_working_days') }}
    where is_working_day
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates_monthly') }}
),

leave_days as (
    select * from {{ ref('int_leave_days_listed') }}
    where {{ var('prorate_leave') | lower }}
),

ramp_months as (
    select * from {{ ref('int_ramp_months_dated') }}
    where {{ var('apply_ramp') | lower }}
),

months as (
    select distinct cast(date_trunc('month', date_day) as date) as month_start from working_days
),

-- what a working day of each month is worth while a revision is in force, before what the rep's own days count
monthly as (
    select
        plans.assignee_type,
        plans.assignee_id,
        plans.metric,
        plans.period_type,
        plans.period_start,
        plans.known_from_at,
        plans.in_force_from,
        plans.in_force_to,
        months.month_start,
        {{ exact_quotient(
            'round(plans.target_amount * case when metrics.is_money then exchange_rates.rate_to_reporting else 1 end, 4)',
            'period_working_days.working_days'
        ) }} as full_amount
    from plans
    inner join metrics on plans.metric = metrics.metric
    inner join assignments
        on
            plans.assignee_type = assignments.assignee_type
            and plans.assignee_id = assignments.assignee_id
            and plans.metric = assignments.metric
            and plans.period_type = assignments.period_type
            and plans.period_start = assignments.period_start
            and plans.known_from_at = assignments.known_from_at
    inner join period_working_days
        on
            assignments.region = period_working_days.region
            and plans.period_type = period_working_days.period_type
            and plans.period_start = period_working_days.period_start
    inner join months
        on months.month_start between cast(date_trunc('month', plans.period_start) as date) and plans.period_end
    left join exchange_rates
        on
            plans.currency = exchange_rates.currency
            and months.month_start = exchange_rates.rate_month
),

in_force as (
    select
        assignments.assignee_type,
        assignments.assignee_id,
        assignments.metric,
        assignments.period_type,
        assignments.period_start,
        assignments.known_from_at,
        assignments.superseded_at,
        working_days.date_day,
        monthly.in_force_from,
        case
            when working_days.date_day is null then null
            when monthly.in_force_from is null then cast(0 as decimal(38, 12))
            else monthly.full_amount
        end as full_amount,
        case
            when
                {{ var('prorate_employment') | lower }}
                and working_days.date_day not between assignments.hired_on and assignments.ended_on
                then 0
            when leave_days.date_day is not null then 0
            else coalesce(ramp_months.share, 1)
        end as share_of_day
    from assignments
    left join working_days
        on
            assignments.region = working_days.region
            and working_days.date_day between assignments.period_start and assignments.period_end
    left join monthly
        on
            assignments.assignee_type = monthly.assignee_type
            and assignments.assignee_id = monthly.assignee_id
            and assignments.metric = monthly.metric
            and assignments.period_type = monthly.period_type
            and assignments.period_start = monthly.period_start
            and assignments.known_from_at = monthly.known_from_at
            and cast(date_trunc('month', working_days.date_day) as date) = monthly.month_start
            and working_days.date_day between monthly.in_force_from and monthly.in_force_to
    left join leave_days
        on
            assignments.assignee_type = 'rep'
            and assignments.assignee_id = leave_days.rep_id
            and working_days.date_day = leave_days.date_day
    left join ramp_months
        on
            assignments.assignee_type = 'rep'
            and assignments.assignee_id = ramp_months.rep_id
            and working_days.date_day between ramp_months.ramp_from and ramp_months.ramp_to
),

final as (
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        known_from_at,
        superseded_at,
        date_day,
        in_force_from,
        cast(
            cast(full_amount as decimal(30, 12)) * cast(share_of_day as decimal(7, 6)) as decimal(38, 12)
        ) as day_amount
    from in_force
)

select * from final
