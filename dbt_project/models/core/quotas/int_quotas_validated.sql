-- Each row that the quota register ever had, with its assignee, period and first day in force, and the reason where it does not count.
-- Rows with a superseded_at are history: the plan as it was known before.
{% set columns %}
        source, assignee_type, assignee_reference, assignee_id, metric, period_type, period_start, period_end, target_amount, reason,
        approved_by, effective_from, in_force_from, extracted_at, superseded_at, source_key, source_file, source_row, row_hash,
        set_aside_reason
{%- endset %}

with

quotas as (
    select * from {{ ref('stg_registers__quotas') }}
),

largest_rates as (
    select
        currency,
        max(rate_to_reporting) as largest_rate
    from {{ ref('int_exchange_rates_monthly') }}
    group by currency
),

resolved as (
    select
        'registers' as source,
        quotas.*,
        {{ is_too_large('quotas.target_amount', 'coalesce(largest_rates.largest_rate, 1)') }} as is_too_large,
        case
            when quotas.assignee_type = 'company' then 'company'
            else assignees.resolved_id
        end as assignee_id,
        assignees.candidate_count,
        quotas.period_start < as_of.earliest_plausible_on
        or quotas.period_start > as_of.latest_plausible_on as is_implausible,
        coalesce(quotas.effective_from > as_of.latest_plausible_on, false) as is_effective_from_implausible,
        coalesce(periods.period_end, quotas.period_start) as period_end,
        periods.period_start as calendar_period_start
    from quotas
    cross join {{ ref('int_as_of_determined') }} as as_of
    left join {{ ref('int_period_dates_expanded') }} as periods
        on quotas.period_type = periods.period_type and quotas.period_start = periods.date_day
    left join largest_rates on quotas.currency = largest_rates.currency
    {{ join_reference('quotas', 'assignee_reference', 'quotas.assignee_type', 'assignees', "'registers'") }}
),

validated as (
    select
        *,
        coalesce(effective_from, period_start) as in_force_from,
        case
            when assignee_type = 'company' and lower(assignee_reference) <> 'company' then 'unknown_assignee'
            when assignee_type <> 'company' and candidate_count is null then 'unknown_assignee'
            when candidate_count > 1 then 'ambiguous_assignee'
            when is_too_large then 'quota_too_large'
            when is_implausible then 'implausible_period'
            when is_effective_from_implausible then 'implausible_effective_from'
            when coalesce(period_start <> calendar_period_start, true) then 'not_the_first_day_of_a_period'
        end as set_aside_reason
    from resolved
),

ranked as (
    select
        *,
        {{ position_in_plan('set_aside_reason, is_current') }} as position_in_plan
    from validated
),

final as (
    select
        {{ columns }},
        coalesce(currency, '{{ var("reporting_currency") }}') as currency,
        coalesce(set_aside_reason, case when position_in_plan > 1 then 'duplicate' end) as exclusion_reason
    from ranked
)

select * from final
