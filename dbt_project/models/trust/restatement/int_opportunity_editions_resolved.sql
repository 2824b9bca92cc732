-- What each edition of a deal said: whether it was won, when it closed and whose it was, and what it had added to the pipeline. The rules
-- are those of fct_opportunities, int_opportunity_owners_at_close and int_pipeline_created_valued, on what had been delivered.
with

editions as (
    select * from {{ ref('int_opportunity_editions_listed') }}
),

versions as (
    select * from {{ ref('int_opportunity_versions_told') }}
    where is_in_force
),

stage_log as (
    select
        *,
        {{ business_date('extracted_at') }} as told_from
    from {{ ref('int_stage_log_unioned') }}
    where is_in_force
),

records as (
    select * from {{ ref('int_opportunity_records') }}
),

beginnings as (
    select
        opportunity_id,
        min(created_on) as created_on,
        max(case when position_of_record = 1 then created_by_reference end) as created_by_reference
    from records
    group by opportunity_id
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

rep_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep'
),

account_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'account'
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates_monthly') }}
),

last_events as (
    {{ last_stage_events('editions', told=true) }}
),

versions_understood as (
    select
        versions.opportunity_id,
        versions.told_from,
        versions.extracted_at,
        versions.updated_at,
        versions.row_hash,
        rep_references.resolved_id as owner_rep_id,
        stage_labels.is_closed,
        count(*) over (partition by versions.opportunity_id, versions.extracted_at) as versions_of_instant
    from versions
    left join rep_references
        on
            versions.source = rep_references.scope
            and versions.owner_reference = rep_references.reference
    left join stage_labels
        on
            versions.source = stage_labels.source
            and versions.pipeline = stage_labels.pipeline
            and versions.source_stage = stage_labels.source_stage
            and {{ business_date('versions.extracted_at') }} between stage_labels.meaning_from and stage_labels.meaning_to
),

versions_followed as (
    select
        *,
        lag(told_from) over version_forwards as previous_told_from,
        lag(owner_rep_id) over version_forwards as previous_owner_rep_id,
        lag(is_closed) over version_forwards as previous_is_closed
    from versions_understood
    window version_forwards as (
        partition by opportunity_id order by extracted_at asc, updated_at desc nulls last, row_hash desc
    )
),

-- of versions in a row that say the same of owner and close, the first says it all: rows that change daily do not multiply
versions_that_differ as (
    select * from versions_followed
    where
        previous_told_from is null
        or told_from < previous_told_from
        or versions_of_instant > 1
        or owner_rep_id is distinct from previous_owner_rep_id
        or is_closed is distinct from previous_is_closed
),

versions_delivered as (
    select
        editions.opportunity_id,
        editions.told_from,
        versions_that_differ.owner_rep_id,
        versions_that_differ.is_closed,
        versions_that_differ.extracted_at,
        max(case when not versions_that_differ.is_closed then versions_that_differ.extracted_at end) over (
            partition by editions.opportunity_id, editions.told_from
        ) as last_open_at,
        row_number() over (
            partition by editions.opportunity_id, editions.told_from
            order by
                versions_that_differ.extracted_at asc,
                versions_that_differ.updated_at desc nulls last,
                versions_that_differ.row_hash desc
        ) as position_of_version
    from editions
    inner join versions_that_differ
        on
            editions.opportunity_id = versions_that_differ.opportunity_id
            and editions.told_from >= versions_that_differ.told_from
),

positions as (
    select
        opportunity_id,
        told_from,
        min(case when owner_rep_id is not null then position_of_version end) as position_of_first_owner,
        min(case when is_closed and (last_open_at is null or extracted_at > last_open_at) then position_of_version end)
            as position_at_close
    from versions_delivered
    group by opportunity_id, told_from
),

owners as (
    select
        positions.opportunity_id,
        positions.told_from,
        positions.position_at_close is not null as is_close_told,
        first_versions.owner_rep_id as first_owner_id,
        closing_versions.owner_rep_id as owner_at_close_id
    from positions
    left join versions_delivered as first_versions
        on
            positions.opportunity_id = first_versions.opportunity_id
            and positions.told_from = first_versions.told_from
            and positions.position_of_first_owner = first_versions.position_of_version
    left join versions_delivered as closing_versions
        on
            positions.opportunity_id = closing_versions.opportunity_id
            and positions.told_from = closing_versions.told_from
            and positions.position_at_close = closing_versions.position_of_version
),

dated as (
    select
        editions.*,
        coalesce(beginnings.created_on, editions.created_on) as first_created_on,
        case
            when beginnings.opportunity_id is not null then beginnings.created_by_reference
            else editions.created_by_reference
        end as first_created_by_reference,
        {{ days_of_deal('editions') }}
    from editions
    cross join as_of
    left join beginnings on editions.opportunity_id = beginnings.opportunity_id
    left join last_events
        on
            editions.opportunity_id = last_events.opportunity_id
            and editions.told_from = last_events.told_from
),

resolved as (
    select
        dated.opportunity_id,
        dated.source_opportunity_id,
        dated.source,
        dated.told_from,
        dated.told_until,
        dated.amount,
        {{ currency_of('dated', 'sources') }} as currency,
        sources.lost_amount_is_blank,
        coalesce(stage_labels.is_won, false) as is_won,
        {{ closed_on('dated') }} as closed_on,
        case
            when dated.first_created_on between dated.earliest_plausible_on and dated.latest_plausible_on
                then dated.first_created_on
        end as created_on,
        account_references.resolved_id as account_id,
        coalesce(
            case when stage_labels.is_closed and owners.is_close_told then coalesce(owners.owner_at_close_id, 'unassigned') end,
            owner_references.resolved_id,
            'unassigned'
        ) as owner_id,
        coalesce(creators.resolved_id, owners.first_owner_id, 'unassigned') as creator_id
    from dated
    inner join sources on dated.source = sources.source
    {{ join_stage_labels('dated') }}
    left join owners
        on
            dated.opportunity_id = owners.opportunity_id
            and dated.told_from = owners.told_from
    left join rep_references as owner_references
        on
            dated.source = owner_references.scope
            and dated.owner_reference = owner_references.reference
    left join rep_references as creators
        on
            dated.source = creators.scope
            and dated.first_created_by_reference = creators.reference
    left join account_references
        on
            dated.source = account_references.scope
            and dated.account_reference = account_references.reference
),

final as (
    select
        resolved.*,
        {{ in_reporting_currency('resolved.amount', 'rates_of_close.rate_to_reporting') }} as amount_reporting,
        case
            when not resolved.lost_amount_is_blank
                then {{ in_reporting_currency('resolved.amount', 'rates_of_creation.rate_to_reporting') }}
        end as amount_created
    from resolved
    left join exchange_rates as rates_of_close
        on
            resolved.currency = rates_of_close.currency
            and cast(date_trunc('month', resolved.closed_on) as date) = rates_of_close.rate_month
    left join exchange_rates as rates_of_creation
        on
            resolved.currency = rates_of_creation.currency
            and cast(date_trunc('month', resolved.created_on) as date) = rates_of_creation.rate_month
)

select * from final
