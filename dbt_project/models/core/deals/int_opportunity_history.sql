-- Every version of each deal while it counted, in the intervals within which nothing known of it changed: what its stage meant, when it closed,
-- who owned it, and its amounts. Records are as they were delivered, rules and rates are today's. A reopened deal is open; the last close
-- counts. A date that cannot be true is null here and is in the exclusion ledger.
with

deals as (
    select * from {{ ref('int_opportunity_history_validated') }}
    where exclusion_reason is null
),

stage_labels as (
    select * from {{ ref('int_stage_labels_mapped') }}
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates_monthly') }}
),

-- the last day on which the log known then says that the deal changed its stage, and the last on which it closed
last_events as (
    select
        deals.opportunity_id,
        deals.known_from,
        max(stage_log.changed_on) as last_changed_on,
        max(case when stage_labels.is_closed then stage_log.changed_on end) as last_closed_on
    from deals
    inner join {{ ref('int_stage_log_unioned') }} as stage_log
        on
            deals.opportunity_id = stage_log.opportunity_id
            and deals.known_from >= stage_log.delivered_on
            and stage_log.is_in_force
    left join {{ ref('int_opportunity_records') }} as records
        on stage_log.source_opportunity_id = records.source_opportunity_id
    left join stage_labels
        on
            coalesce(records.source, deals.source) = stage_labels.source
            and coalesce(records.pipeline, deals.pipeline) = stage_labels.source_pipeline
            and stage_log.to_source_stage = stage_labels.source_stage
            and stage_log.changed_on between stage_labels.meaning_from and stage_labels.meaning_to
    group by deals.opportunity_id, deals.known_from
),

dated as (
    select
        deals.*,
        as_of.as_of_date,
        {{ plausible('deals.created_on') }} as plausible_created_on,
        {{ plausible('deals.close_date') }} as plausible_close_on,
        {{ plausible('coalesce(deals.close_date, ' ~ business_date('deals.closed_at') ~ ', last_events.last_closed_on)') }}
            as plausible_closed_on,
        coalesce(
            last_events.last_changed_on,
            {{ business_date('deals.closed_at') }},
            case when deals.close_date <= as_of.as_of_date then deals.close_date end,
            {{ business_date('deals.extracted_at') }}
        ) as stage_entered_on
    from deals
    cross join {{ ref('int_as_of_determined') }} as as_of
    left join last_events using (opportunity_id, known_from)
),

described as (
    select
        dated.opportunity_id,
        dated.known_from,
        dated.known_to,
        dated.source,
        coalesce(
            case when stage_labels.is_closed and owners.is_shown_closed then coalesce(owners.owner_at_close_id, 'unassigned') end,
            dated.owner_rep_id,
            'unassigned'
        ) as owner_id,
        coalesce(creators.resolved_id, owners.first_owner_id, 'unassigned') as creator_id,
        dated.account_id,
        dated.product_id,
        {{ mapped_value('dated', 'pipeline') }} as pipeline,
        stage_labels.stage,
        coalesce(stage_labels.is_closed, false) as is_closed,
        coalesce(stage_labels.is_won, false) as is_won,
        dated.plausible_created_on as created_on,
        case when stage_labels.is_closed then dated.plausible_closed_on end as closed_on,
        case when not stage_labels.is_closed then dated.plausible_close_on end as expected_close_on,
        case
            when stage_labels.is_closed and not stage_labels.is_won and sources.lost_amount_is_blank and dated.amount = 0
                then null
            else dated.amount
        end as amount,
        coalesce(
            dated.currency,
            case when sources.default_currency = 'reporting' then '{{ var("reporting_currency") }}' end,
            sources.default_currency
        ) as currency,
        dated.crm_converted_amount,
        dated.opportunity_type,
        dated.loss_reason,
        dated.source_file,
        dated.source_row,
        dated.source_opportunity_id,
        dated.source_key,
        dated.pipeline as source_pipeline,
        dated.source_stage,
        case when not coalesce(stage_labels.is_closed, false) then dated.as_of_date end as open_on,
        sources.lost_amount_is_blank
    from dated
    inner join {{ source('raw', 'source') }} as sources on dated.source = sources.source
    left join stage_labels
        on
            dated.source = stage_labels.source
            and dated.pipeline = stage_labels.source_pipeline
            and dated.source_stage = stage_labels.source_stage
            and dated.stage_entered_on between stage_labels.meaning_from and stage_labels.meaning_to
    {{ join_value_map('dated', 'pipeline', 'opportunity') }}
    left join {{ ref('int_opportunity_owner_history') }} as owners
        on
            dated.opportunity_id = owners.opportunity_id
            and {{ is_known_on('owners', 'dated.known_from', 'known_from', 'known_to') }}
    {{ join_reference('dated', 'created_by_reference', 'rep', 'creators') }}
),

final as (
    select
        described.*,
        coalesce({{ is_too_large('described.amount', 'rates.rate_to_reporting') }}, false)
        or coalesce({{ is_too_large('described.amount', 'rates_of_creation.rate_to_reporting') }}, false) as is_amount_too_large,
        {{ in_reporting_currency('described.amount', 'rates.rate_to_reporting') }} as amount_reporting,
        -- a source that blanks the amounts of lost deals cannot say what a deal added to the pipeline
        case
            when not described.lost_amount_is_blank
                then {{ in_reporting_currency('described.amount', 'rates_of_creation.rate_to_reporting') }}
        end as amount_created
    from described
    left join exchange_rates as rates
        on
            described.currency = rates.currency
            and cast(date_trunc('month', coalesce(described.closed_on, described.open_on)) as date) = rates.rate_month
    left join exchange_rates as rates_of_creation
        on
            described.currency = rates_of_creation.currency
            and cast(date_trunc('month', described.created_on) as date) = rates_of_creation.rate_month
)

select * from final
