-- The opportunities that count: what their stage means, when they closed, and whose they are. A reopened deal is open; the
-- last close counts. A date that cannot be true is null here and stands in the exclusion ledger.
with

opportunities as (
    select * from {{ ref('int_opportunities_judged') }}
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
    select * from {{ ref('int_opportunity_records_traced') }}
),

stage_log as (
    select * from {{ ref('int_stage_log_unioned') }}
    where is_in_force
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
        {{ days_of_deal('opportunities') }}
    from opportunities
    cross join as_of
    left join last_events on opportunities.opportunity_id = last_events.opportunity_id
),

final as (
    select
        dated.opportunity_id,
        dated.source_opportunity_id,
        dated.source,
        dated.opportunity_key,
        dated.opportunity_name,
        {{ mapped_value('dated', 'pipeline') }} as pipeline,
        dated.pipeline as source_pipeline,
        dated.source_stage,
        stage_labels.stage,
        coalesce(stage_labels.is_closed, false) as is_closed,
        coalesce(stage_labels.is_won, false) as is_won,
        stage_labels.stage is not null as is_stage_mapped,
        coalesce(
            case
                when stage_labels.is_closed and owners_at_close.opportunity_id is not null
                    then coalesce(owners_at_close.owner_rep_id, 'unassigned')
            end,
            dated.owner_rep_id,
            'unassigned'
        ) as owner_id,
        dated.account_id,
        dated.account_reference,
        dated.product_id,
        dated.product_reference,
        dated.created_by_reference,
        dated.lead_reference,
        dated.opportunity_type,
        dated.loss_reason,
        dated.created_at,
        dated.plausible_created_on as created_on,
        {{ closed_on('dated') }} as closed_on,
        case when not stage_labels.is_closed then dated.close_date end as expected_close_on,
        case
            when stage_labels.is_closed and not stage_labels.is_won and sources.lost_amount_is_blank and dated.amount = 0
                then null
            else dated.amount
        end as amount,
        {{ currency_of('dated', 'sources') }} as currency,
        dated.updated_at,
        dated.extracted_at,
        dated.source_key,
        dated.source_file,
        dated.source_row
    from dated
    inner join sources on dated.source = sources.source
    {{ join_stage_labels('dated') }}
    {{ join_value_map('dated', 'pipeline', 'opportunity') }}
    left join {{ ref('int_opportunity_owners_at_close') }} as owners_at_close
        on dated.opportunity_id = owners_at_close.opportunity_id
)

select * from final
