-- Each current row of the register crm_totals: what was read off a CRM's report, its period and its figure in the reporting currency, at the rate of
-- the last month of the CRM's period (a snapshot's: of the day it was read); and the reason where the row does not count.
with

register as (
    select
        *,
        lower(crm) as source,
        case period_type
            when 'week' then {{ add_days('period_start', 6) }}
            when 'month' then {{ add_days(add_months('period_start', 1), -1) }}
            when 'quarter' then {{ add_days(add_months('period_start', 3), -1) }}
            when 'year' then {{ add_days(add_months('period_start', 12), -1) }}
        end as period_end,
        {{ known_time_zone('time_zone') }} is null and time_zone is not null as is_zone_unknown,
        coalesce(currency, '{{ var("reporting_currency") }}') as report_currency
    from {{ ref('stg_registers__crm_totals') }}
    where is_current
),

resolved as (
    select
        register.*,
        metrics.object,
        metrics.is_money,
        metrics.has_period,
        sources.source is not null as is_source_known,
        case
            when register.scope_type = 'company' and lower(register.scope) = 'company' then 'company'
            when register.scope_type = 'rep' and lower(register.scope) = 'unassigned' then 'unassigned'
            else scopes.resolved_id
        end as scope_id,
        coalesce(scopes.candidate_count > 1, false) as is_scope_ambiguous,
        register.period_start < as_of.earliest_plausible_on
        or register.period_start > as_of.latest_plausible_on as is_implausible,
        case when not metrics.is_money then 1 else rates.rate_to_reporting end as report_rate
    from register
    cross join {{ ref('int_as_of_determined') }} as as_of
    inner join {{ ref('tie_out_metrics') }} as metrics on register.metric = metrics.metric
    left join {{ source('raw', 'source') }} as sources on register.source = sources.source and sources.kind = 'crm'
    {{ join_reference('register', 'scope', 'register.scope_type', 'scopes', "'registers'") }}
    left join {{ ref('int_exchange_rates_monthly') }} as rates
        on
            register.report_currency = rates.currency
            and rates.rate_month
            = cast(date_trunc('month', case when metrics.has_period then register.period_end else register.read_on end) as date)
),

validated as (
    select
        *,
        case
            when not is_source_known then 'unknown_source'
            when scope_id is null and is_scope_ambiguous then 'ambiguous_scope'
            when scope_id is null then 'unknown_scope'
            when has_period and period_type is null then 'missing_period_type'
            when has_period and period_start is null then 'missing_period_start'
            when not has_period and period_type is not null then 'period_type_of_a_snapshot'
            when not has_period and period_start is not null then 'period_start_of_a_snapshot'
            when period_type <> 'week' and extract(day from period_start) <> 1 then 'not_the_first_of_a_month'
            when is_implausible then 'implausible_period'
            when read_on < period_start then 'read_before_period'
            when is_zone_unknown then 'unknown_time_zone'
            when {{ is_too_large('amount', 'report_rate') }} then 'amount_too_large'
        end as set_aside_reason
    from resolved
),

-- a figure that was read twice counts as it was read last, whether the scope is written as an id or as a name
ranked as (
    select
        *,
        row_number() over (
            partition by
                source, metric, period_type, period_start, scope_type, coalesce(scope_id, scope), set_aside_reason is null
            order by read_on desc, row_hash desc, source_file asc, source_row asc
        ) as position_of_reading
    from validated
),

final as (
    select
        source,
        metric,
        object,
        is_money,
        has_period,
        period_type,
        period_start,
        period_end,
        scope_type,
        scope,
        scope_id,
        read_on,
        read_by,
        definition,
        coalesce(time_zone, '{{ var("reporting_time_zone") }}') as time_zone,
        report_rate,
        {{ in_reporting_currency('amount', 'report_rate') }} as crm_amount,
        source_key,
        source_file,
        source_row,
        set_aside_reason,
        coalesce(set_aside_reason, case when position_of_reading > 1 then 'duplicate' end) as exclusion_reason,
        case
            when set_aside_reason = 'unknown_source' then 'source'
            when set_aside_reason in ('unknown_scope', 'ambiguous_scope') then 'scope'
            when set_aside_reason in ('missing_period_type', 'period_type_of_a_snapshot') then 'period_type'
            when set_aside_reason = 'read_before_period' then 'read_on'
            when set_aside_reason = 'unknown_time_zone' then 'time_zone'
            when set_aside_reason = 'amount_too_large' then 'amount'
            when set_aside_reason is not null then 'period_start'
        end as column_name,
        case
            when set_aside_reason = 'unknown_source' then crm
            when set_aside_reason in ('unknown_scope', 'ambiguous_scope') then scope
            when set_aside_reason in ('missing_period_type', 'period_type_of_a_snapshot') then period_type
            when set_aside_reason = 'read_before_period' then cast(read_on as varchar)
            when set_aside_reason = 'unknown_time_zone' then time_zone
            when set_aside_reason = 'amount_too_large' then cast(amount as varchar)
            when set_aside_reason is not null then cast(period_start as varchar)
        end as value,
        case set_aside_reason
            when 'unknown_source' then 'is not a CRM that Kuota reads; write the name of its folder in landing'
            when 'unknown_scope'
                then 'is not a ' || scope_type || ' of any source; correct the name or deliver the ' || scope_type
            when 'ambiguous_scope' then 'names several ' || scope_type || 's; write the id <source>:<id>'
            when 'missing_period_type' then 'is not a period; write week, month, quarter or year'
            when 'missing_period_start' then 'is not a period; write the first day of the period of the report'
            when 'not_the_first_of_a_month'
                then 'is not the first of a month; write the day on which the ' || period_type || ' begins'
            when 'implausible_period' then 'is more than 20 years before or 5 years after the newest extract; correct it'
            when 'read_before_period'
                then 'is before the period began on ' || cast(period_start as varchar) || '; correct one of the two'
            when 'unknown_time_zone' then 'is not an IANA time zone; write one such as Europe/Berlin, or leave it blank'
            when 'amount_too_large' then 'is 10^15 or more in the reporting currency; correct it or its exchange rate'
            else 'is the period of a snapshot; leave period_type and period_start blank'
        end as fix
    from ranked
)

select * from final
