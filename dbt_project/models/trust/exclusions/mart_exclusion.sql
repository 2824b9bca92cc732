-- noqa: disable=LT09
-- The exclusion ledger: each source row that is excluded from some figure, with the reason and the metrics ('all': every figure).
with

excluded_from_all as (
    select * from {{ ref('int_source_rows_validated') }}
    where exclusion_reason is not null
),

{% set row = 'source_key, source_file, source_row' -%}
{% set lead_dates = {
    'created': 'lead_response_business_minutes,funnel_conversion', 'qualified': 'leads_qualified', 'converted': 'funnel_conversion',
} -%}
dated as (
    {% for field, metrics in lead_dates.items() -%}
    select
        source,
        'lead' as object,
        {{ row }},
        case when given_{{ field }}_on is null then 'missing' else 'implausible' end || '_{{ field }}_date' as reason,
        '{{ metrics }}' as excluded_from
    from {{ ref('int_lead_history') }}
    where
        exclusion_reason is null and known_to is null and {{ field }}_on is null
        and {{ 'true' if field == 'created' else 'given_' ~ field ~ '_on is not null' }}
    union all
    {% endfor -%}
    select
        source,
        'activity' as object,
        {{ row }},
        'implausible_logged_date' as reason,
        'median_logging_lag_minutes' as excluded_from
    from {{ ref('int_activity_history') }}
    where exclusion_reason is null and known_to is null and logged_at is not null and plausible_logged_at is null
),

stage_changes as (
    select * from {{ ref('int_stage_log_validated') }}
    where is_after_close
),

quotas_without_value as (
    select distinct
        quotas.source,
        {{ row }},
        case when days.date_day is null then 'no_working_day' else 'missing_rate' end as reason
    from {{ ref('int_quotas_validated') }} as quotas
    inner join {{ ref('int_quota_days_assigned') }} as days
        on
            quotas.assignee_type = days.assignee_type
            and quotas.assignee_id = days.assignee_id
            and quotas.metric = days.metric
            and quotas.period_type = days.period_type
            and quotas.period_start = days.period_start
            and quotas.in_force_from = coalesce(days.in_force_from, quotas.in_force_from)
    where
        quotas.exclusion_reason is null
        and quotas.superseded_at is null
        and days.superseded_at is null
        and days.day_amount is null
),

unioned as (
    select source, object, {{ row }}, exclusion_reason as reason, 'all' as excluded_from from excluded_from_all
    union all
    select source, object, {{ row }}, reason, excluded_from from {{ ref('int_deal_exclusions') }}
    union all
    select source, 'stage_event' as object, {{ row }}, 'after_close' as reason, 'funnel_conversion' as excluded_from
    from stage_changes
    union all
    select source, 'quota' as object, {{ row }}, reason, 'attainment' as excluded_from from quotas_without_value
    union all
    select source, object, {{ row }}, reason, excluded_from from dated
),

final as (
    select
        cast(source as varchar) as source,
        cast(object as varchar) as object,
        cast(source_key as varchar) as source_key,
        cast(source_file as varchar) as source_file,
        cast(source_row as bigint) as source_row,
        cast(reason as varchar) as reason,
        cast(excluded_from as varchar) as excluded_from
    from unioned
)

select * from final
