-- The records that a report may count, as the CRM shows them on the day of the reading: each in its newest row known then, under the owner of that
-- row, with the CRM's and Kuota's date and amount. Nothing is left out but what the CRM marks as deleted; why Kuota does not count a record is in
-- exclusion_reason.
{% set report = 'report_id, source, metric, object, is_money, has_period, read_on, time_zone, report_rate, as_of_date' %}

with

reports as (
    select
        {{ report }},
        min(least(period_start, kuota_period_start)) as first_day,
        max(greatest(period_end, kuota_period_end)) as last_day
    from {{ ref('int_tie_out_readings') }}
    where reason is null
    group by {{ report }}
),

{% set crm_closed_on -%}
    coalesce(
            cast({{ local_instant('records.close_date_at', 'reports.time_zone') }} as date),
            records.close_date,
            counted.closed_on,
            {{ business_date('records.closed_at') }}
        )
{%- endset -%}
{% set closed_on = 'coalesce(records.close_date, ' ~ business_date('records.closed_at') ~ ')' -%}
deals as (
    select
        reports.*,
        records.source_opportunity_id as record_id,
        records.source_file as record_file,
        records.source_row as record_row,
        records.exclusion_reason,
        coalesce(records.owner_rep_id, 'unassigned') as owner_id,
        coalesce(counted.is_won, labels.is_won, false) as is_won,
        coalesce(counted.is_closed, labels.is_closed, false) as is_closed,
        {{ crm_closed_on }} as crm_dated_on,
        case when counted.opportunity_id is not null then counted.closed_on else {{ closed_on }} end as kuota_dated_on,
        counted.opportunity_id is not null as is_counted,
        counted.amount_reporting,
        records.amount,
        records.crm_converted_amount,
        coalesce(
            records.currency,
            case when sources.default_currency = 'reporting' then '{{ var("reporting_currency") }}' end,
            sources.default_currency
        ) as deal_currency
    from reports
    inner join {{ ref('int_opportunity_history_validated') }} as records
        on
            reports.object = 'opportunity'
            and reports.source = records.source
            and {{ is_known_on('records', 'reports.read_on', 'known_from', 'known_to') }}
    inner join {{ source('raw', 'source') }} as sources on records.source = sources.source
    left join {{ ref('int_opportunity_history') }} as counted
        on
            records.opportunity_id = counted.opportunity_id
            and records.known_from = counted.known_from
            and records.source_opportunity_id = counted.source_opportunity_id
    left join {{ ref('int_stage_labels_mapped') }} as labels
        on
            records.source = labels.source
            and records.pipeline = labels.source_pipeline
            and records.source_stage = labels.source_stage
            and case when {{ closed_on }} <= reports.read_on then {{ closed_on }} else reports.read_on end
            between labels.meaning_from and labels.meaning_to
    where not coalesce(records.is_deleted, false) and coalesce(records.exclusion_reason, '') <> 'duplicate'
),

converted as (
    select
        deals.*,
        case
            when deals.is_counted then deals.amount_reporting
            else {{ in_reporting_currency('deals.amount', 'rates.rate_to_reporting') }}
        end as kuota_amount
    from deals
    left join {{ ref('int_exchange_rates_monthly') }} as rates
        on
            deals.deal_currency = rates.currency
            and cast(date_trunc('month', case when deals.is_closed then deals.kuota_dated_on else deals.as_of_date end) as date)
            = rates.rate_month
    where case when deals.has_period then deals.is_won else not deals.is_closed end
),

records as (
    select
        report_id,
        has_period,
        read_on,
        first_day,
        last_day,
        record_id,
        record_file,
        record_row,
        exclusion_reason,
        owner_id,
        crm_dated_on,
        kuota_dated_on,
        case
            when not is_money then 1
            when crm_converted_amount is null then kuota_amount
            when not {{ is_too_large('crm_converted_amount', 'report_rate') }}
                then cast(crm_converted_amount * report_rate as decimal(28, 10))
        end as crm_value,
        case when is_money then kuota_amount else 1 end as kuota_value
    from converted
    union all
    select
        reports.report_id,
        reports.has_period,
        reports.read_on,
        reports.first_day,
        reports.last_day,
        activities.activity_id as record_id,
        activities.source_file as record_file,
        activities.source_row as record_row,
        activities.exclusion_reason,
        activities.rep_id as owner_id,
        coalesce(
            activities.crm_dated_on,
            cast({{ local_instant('coalesce(activities.crm_dated_at, activities.occurred_at)', 'reports.time_zone') }} as date)
        ) as crm_dated_on,
        coalesce(activities.occurred_on, activities.crm_dated_on, {{ business_date('activities.crm_dated_at') }})
            as kuota_dated_on,
        1 as crm_value,
        1 as kuota_value
    from reports
    inner join {{ ref('activity_types') }} as activity_types on reports.metric = activity_types.metric
    inner join {{ ref('int_activity_history') }} as activities
        on
            activity_types.activity_type = activities.activity_type
            and reports.source = activities.source
            and {{ is_known_on('activities', 'reports.read_on', 'known_from', 'known_to') }}
    where
        coalesce(activities.exclusion_reason, '') <> 'duplicate'
        and (activities.occurred_at is not null or coalesce(activities.outcome, '') <> 'deleted')
),

final as (
    select * from records
    where
        not has_period
        or crm_dated_on between first_day and last_day
        or kuota_dated_on between first_day and last_day
)

select * from final
