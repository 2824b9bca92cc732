-- The deals that count: what their stage means, when they closed, and who owns them. A reopened deal is open; the last close
-- counts. A date that cannot be true is null here and is in the exclusion ledger. Amounts are converted at the rate of the close
-- month, of open deals at the rate of the month of as_of; without a rate they are null.
with

opportunities as (
    select * from {{ ref('int_opportunities_validated') }}
    where exclusion_reason is null
),

sources as (
    select * from {{ source('raw', 'source') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

stage_labels as (
    select * from {{ ref('int_stage_labels_mapped') }}
),

records as (
    select * from {{ ref('int_opportunity_records') }}
),

stage_log as (
    select * from {{ ref('int_stage_log_unioned') }}
    where is_in_force
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates_monthly') }}
),

last_events as (
    {{ last_stage_events('opportunities') }}
),

dated as (
    select
        opportunities.*,
        case
            when opportunities.created_on between as_of.earliest_plausible_on and as_of.latest_plausible_on
                then opportunities.created_on
        end as plausible_created_on,
        as_of.as_of_date,
        {{ days_of_deal('opportunities') }}
    from opportunities
    cross join as_of
    left join last_events on opportunities.opportunity_id = last_events.opportunity_id
),

current_deals as (
    select
        dated.opportunity_id,
        dated.source,
        coalesce(
            case
                when stage_labels.is_closed and owners_at_close.opportunity_id is not null
                    then coalesce(owners_at_close.owner_rep_id, 'unassigned')
            end,
            dated.owner_rep_id,
            'unassigned'
        ) as owner_id,
        dated.account_id,
        dated.product_id,
        {{ mapped_value('dated', 'pipeline') }} as pipeline,
        stage_labels.stage,
        coalesce(stage_labels.is_closed, false) as is_closed,
        coalesce(stage_labels.is_won, false) as is_won,
        dated.plausible_created_on as created_on,
        {{ closed_on('dated') }} as closed_on,
        case when not stage_labels.is_closed then dated.close_date end as expected_close_on,
        case
            when stage_labels.is_closed and not stage_labels.is_won and sources.lost_amount_is_blank and dated.amount = 0
                then null
            else dated.amount
        end as amount,
        {{ currency_of('dated', 'sources') }} as currency,
        dated.opportunity_type,
        dated.loss_reason,
        dated.source_file,
        dated.source_row,
        dated.source_opportunity_id,
        dated.source_key,
        dated.pipeline as source_pipeline,
        dated.source_stage,
        dated.as_of_date
    from dated
    inner join sources on dated.source = sources.source
    {{ join_stage_labels('dated') }}
    {{ join_value_map('dated', 'pipeline', 'opportunity', {'generic': 'pipeline'}) }}
    left join {{ ref('int_opportunity_owners_at_close') }} as owners_at_close
        on dated.opportunity_id = owners_at_close.opportunity_id
),

final as (
    select
        current_deals.opportunity_id,
        current_deals.source,
        current_deals.owner_id,
        current_deals.account_id,
        current_deals.product_id,
        current_deals.pipeline,
        current_deals.stage,
        current_deals.is_closed,
        current_deals.is_won,
        current_deals.created_on,
        current_deals.closed_on,
        current_deals.expected_close_on,
        current_deals.amount,
        current_deals.currency,
        {{ in_reporting_currency('current_deals.amount', 'exchange_rates.rate_to_reporting') }} as amount_reporting,
        current_deals.opportunity_type,
        current_deals.loss_reason,
        current_deals.source_file,
        current_deals.source_row,
        current_deals.source_opportunity_id,
        current_deals.source_key,
        current_deals.source_pipeline,
        current_deals.source_stage
    from current_deals
    left join exchange_rates
        on
            current_deals.currency = exchange_rates.currency
            and cast(date_trunc('month', coalesce(
                current_deals.closed_on,
                case when not current_deals.is_closed then current_deals.as_of_date end
            )) as date) = exchange_rates.rate_month
)

select * from final
