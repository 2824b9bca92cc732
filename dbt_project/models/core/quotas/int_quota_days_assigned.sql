-- Each assigned quota by working day: the amount in force on that day ÷ the working days of its period. Days before the first revision
-- count 0; a day whose month has no rate is null, and so is the quota. A period without a working day has one row without a day, and so a
-- null quota. A rep's day counts 0 outside employment and on leave, and its share in ramp, where the company's vars say so. Earlier
-- versions of the plan are valued by the same rules.
with

revisions as (
    select
        plans.*,
        metrics.is_money,
        coalesce(reps.region, '') as region,
        coalesce(reps.hired_on, cast('0001-01-01' as date)) as hired_on,
        coalesce(reps.ended_on, cast('9999-12-31' as date)) as ended_on
    from {{ ref('int_quota_plan_history') }} as plans
    inner join {{ ref('metrics') }} as metrics on plans.metric = metrics.metric
    left join {{ ref('int_reps_matched') }} as reps
        on
            plans.assignee_type = 'rep'
            and plans.assignee_id = reps.rep_id
),

quotas as (
    select distinct
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        period_end,
        known_from_at,
        superseded_at,
        region,
        hired_on,
        ended_on
    from revisions
),

period_working_days as (
    select * from {{ ref('int_period_working_days_counted') }}
),

working_days as (
    select * from {{ ref('int_working_days_determined') }}
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates_monthly') }}
),

leave_days as (
    select * from {{ ref('int_leave_days') }}
    where {{ var('prorate_leave') | lower }}
),

ramp_months as (
    select * from {{ ref('int_ramp_months') }}
    where {{ var('apply_ramp') | lower }}
),

months as (
    select distinct cast(date_trunc('month', date_day) as date) as month_start from working_days
),

-- what a working day of each month is worth while a revision is in force, before the rep's own days are considered
monthly as (
    select
        revisions.*,
        months.month_start,
        {{ exact_quotient(
            'round(revisions.target_amount * case when revisions.is_money then exchange_rates.rate_to_reporting else 1 end, 4)',
            'period_working_days.working_days'
        ) }} as full_amount
    from revisions
    inner join period_working_days
        on
            revisions.region = period_working_days.region
            and revisions.period_type = period_working_days.period_type
            and revisions.period_start = period_working_days.period_start
    inner join months
        on months.month_start between cast(date_trunc('month', revisions.period_start) as date) and revisions.period_end
    left join exchange_rates
        on
            revisions.currency = exchange_rates.currency
            and months.month_start = exchange_rates.rate_month
),

in_force as (
    select
        quotas.*,
        working_days.date_day,
        monthly.in_force_from,
        case
            when working_days.date_day is null then null
            when monthly.in_force_from is null then 0
            else monthly.full_amount
        end as full_amount,
        case
            when
                {{ var('prorate_employment') | lower }}
                and working_days.date_day not between quotas.hired_on and quotas.ended_on
                then 0
            when leave_days.date_day is not null then 0
            else coalesce(ramp_months.share, 1)
        end as share_of_day
    from quotas
    left join working_days
        on
            quotas.region = working_days.region
            and working_days.date_day between quotas.period_start and quotas.period_end
    left join monthly
        on
            quotas.assignee_type = monthly.assignee_type
            and quotas.assignee_id = monthly.assignee_id
            and quotas.metric = monthly.metric
            and quotas.period_type = monthly.period_type
            and quotas.period_start = monthly.period_start
            and quotas.known_from_at = monthly.known_from_at
            and cast(date_trunc('month', working_days.date_day) as date) = monthly.month_start
            and working_days.date_day between monthly.in_force_from and monthly.in_force_to
    left join leave_days
        on
            quotas.assignee_type = 'rep'
            and quotas.assignee_id = leave_days.rep_id
            and working_days.date_day = leave_days.date_day
    left join ramp_months
        on
            quotas.assignee_type = 'rep'
            and quotas.assignee_id = ramp_months.rep_id
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
