-- The changes between two versions of a deal that is open in both, or is won: its expected close date, its amount. A blank at the loss is not a
-- change, nor is another currency. A change is dated by the update, where that is newer than the version before, else by the extract.
with

versions as (
    select
        versions.*,
        {{ plausible('versions.close_date') }} as expected_close_on
    from {{ ref('int_opportunity_versions') }} as versions
    cross join {{ ref('int_as_of_determined') }} as as_of
    where versions.is_in_force
),

stage_labels as (
    select * from {{ ref('int_stage_labels_mapped') }}
),

deals as (
    select * from {{ ref('fct_opportunities') }}
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates_monthly') }}
),

versions_compared as (
    select
        versions.opportunity_id,
        versions.expected_close_on,
        versions.amount,
        versions.currency,
        versions.updated_at,
        versions.extracted_at,
        coalesce(versions.delivered_at, versions.extracted_at) as delivered_at,
        stage_labels.is_closed,
        stage_labels.is_won,
        lag(versions.expected_close_on) over versions_of_deal as previous_close_on,
        lag(versions.amount) over versions_of_deal as previous_amount,
        lag(versions.currency) over versions_of_deal as previous_currency,
        lag(versions.extracted_at) over versions_of_deal as previous_extracted_at,
        lag(stage_labels.is_closed) over versions_of_deal as previous_is_closed
    from versions
    inner join stage_labels
        on
            versions.source = stage_labels.source
            and versions.pipeline = stage_labels.source_pipeline
            and versions.source_stage = stage_labels.source_stage
            and {{ business_date('versions.extracted_at') }} between stage_labels.meaning_from and stage_labels.meaning_to
    where versions.position_in_extract = 1
    window versions_of_deal as (partition by versions.opportunity_id order by versions.extracted_at, versions.delivered_at)
),

changed as (
    select
        opportunity_id,
        case
            when updated_at > previous_extracted_at and updated_at <= extracted_at then updated_at
            else delivered_at
        end as changed_at,
        case
            when not is_closed and expected_close_on <> previous_close_on
                then {{ days_between('previous_close_on', 'expected_close_on') }}
        end as close_date_moved_days,
        case
            when
                (not is_closed or is_won)
                and amount <> previous_amount
                and (currency = previous_currency or currency is null or previous_currency is null)
                then cast(amount as decimal(20, 4)) - previous_amount
        end as amount_change
    from versions_compared
    where not previous_is_closed
),

dated as (
    select
        *,
        {{ business_date('changed_at') }} as changed_on
    from changed
    where close_date_moved_days is not null or amount_change is not null
),

final as (
    select
        changes.opportunity_id,
        deals.pipeline,
        changes.changed_on,
        changes.close_date_moved_days,
        changes.amount_change is not null as is_amount_changed,
        {{ in_reporting_currency('changes.amount_change', 'exchange_rates.rate_to_reporting') }} as amount_change_reporting
    from dated as changes
    inner join deals on changes.opportunity_id = deals.opportunity_id
    left join exchange_rates
        on
            deals.currency = exchange_rates.currency
            and cast(date_trunc('month', changes.changed_on) as date) = exchange_rates.rate_month
)

select * from final
