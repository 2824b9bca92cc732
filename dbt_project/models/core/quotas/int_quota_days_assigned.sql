-- Each assigned quota by working day: the amount in force on that day ÷ the working days of its period. Days before the first revision
-- count 0; a day whose month has no rate is null, and so is the quota. A period without a working day has one row without a day, and so a
-- null quota. A rep's day counts 0 outside employment and on leave, and its share in ramp, where the company's vars say so. Earlier
-- versions of the plan are valued by the same rules.
{% set figure = 'assignee_type, assignee_id, metric, period_type, period_start' %}

with

revisions as (
    select * from {{ ref('int_quota_plan_history') }}
),

metrics as (
    select * from {{ ref('metrics') }}
),

reps as (
    select * from {{ ref('dim_reps') }}
),

working_days as (
    select * from {{ ref('int_working_days') }}
    where is_working_day
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates_monthly') }}
),

capacity_days as (
    select * from {{ ref('int_rep_capacity_days') }}
),

quotas as (
    select distinct
        {{ figure }},
        period_end,
        known_from_at,
        superseded_at
    from revisions
),

days as (
    select
        quotas.*,
        working_days.date_day,
        count(working_days.date_day) over (
            partition by
                quotas.assignee_type,
                quotas.assignee_id,
                quotas.metric,
                quotas.period_type,
                quotas.period_start,
                quotas.known_from_at
        ) as working_days,
        case
            when
                {{ var('prorate_employment') | lower }}
                and (working_days.date_day < reps.hired_on or working_days.date_day > reps.ended_on)
                then 0
            when {{ var('prorate_leave') | lower }} and capacity_days.is_on_leave then 0
            when {{ var('apply_ramp') | lower }} then coalesce(capacity_days.ramp_share, 1)
            else 1
        end as share_of_day
    from quotas
    left join reps on case when quotas.assignee_type = 'rep' then quotas.assignee_id end = reps.rep_id
    left join working_days
        on
            coalesce(reps.holiday_region, '') = working_days.region
            and working_days.date_day between quotas.period_start and quotas.period_end
    left join capacity_days
        on reps.rep_id = capacity_days.rep_id and working_days.date_day = capacity_days.date_day
),

in_force as (
    select
        days.*,
        revisions.in_force_from,
        case
            when days.date_day is null then null
            when revisions.in_force_from is null then 0
            else {{ exact_quotient(
                'round(revisions.target_amount * case when metrics.is_money then exchange_rates.rate_to_reporting else 1 end, 4)',
                'days.working_days'
            ) }}
        end as full_amount
    from days
    inner join metrics on days.metric = metrics.metric
    left join revisions
        on
            days.assignee_type = revisions.assignee_type
            and days.assignee_id = revisions.assignee_id
            and days.metric = revisions.metric
            and days.period_type = revisions.period_type
            and days.period_start = revisions.period_start
            and days.known_from_at = revisions.known_from_at
            and days.date_day between revisions.in_force_from and revisions.in_force_to
    left join exchange_rates
        on
            revisions.currency = exchange_rates.currency
            and cast(date_trunc('month', days.date_day) as date) = exchange_rates.rate_month
),

final as (
    select
        {{ figure }},
        period_end,
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
