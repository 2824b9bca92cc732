-- HubSpot's deals in the canonical columns of opportunities: one version for each instant at which something was learned. A
-- stage is called by its label. A deal that vanished from the deals is gone, whatever its history says. HubSpot shows a merge
-- only on what is left of it: where one of the merged deals is still delivered, it is out as an archived one is.
with

states as (
    select * from {{ ref('stg_hubspot__deal_states') }}
),

stages as (
    select * from {{ ref('stg_hubspot__stages') }}
    where is_last_known
),

pipelines as (
    {{ pipelines_named('stages') }}
),

users as (
    {{ hubspot_users() }}
),

merged_deals as (
    {{ hubspot_merged_keys('stg_hubspot__deals', 'merged_deal_keys', 'deal_key') }}
),

vanished as (
    {{ vanished_deals('stg_hubspot__deals') }}
),

delivered as (
    select * from states
    where not is_logged and has_log and superseded_at is null
),

-- who created a deal, and when, is told by the deal as delivered, of its past too
creations as (
    select
        deal_key,
        min(created_at) as created_at,
        max(creator_user_key) as creator_user_key
    from states
    group by deal_key
),

ended as (
    select
        states.*,
        case
            when states.has_log then coalesce(states.next_observed_at, vanished.vanished_at)
            else states.superseded_at
        end as ended_at
    from states
    left join vanished on states.deal_key = vanished.deal_key
),

renamed as (
    select
        -- ids
        ended.deal_key as opportunity_key,

        -- references
        ended.owner_key as owner_reference,
        ended.company_key as account_reference,
        cast(null as varchar) as product_reference,
        users.owner_key as created_by_reference,
        ended.contact_key as lead_reference,

        -- text
        ended.deal_name as opportunity_name,
        coalesce(
            stages.pipeline_name, pipelines.pipeline_name, stages.pipeline_key, ended.pipeline_key
        ) as pipeline,
        coalesce(stages.stage_name, ended.stage_key) as source_stage,
        ended.currency,
        ended.deal_type as opportunity_type,
        ended.loss_reason,
        ended.forecast_category,

        -- numbers
        ended.amount,
        case when ended.probability between 0 and 1 then ended.probability end as probability,

        -- booleans
        ended.is_archived or merged_deals.merged_key is not null as is_deleted,

        -- instants and their business dates: of an open deal the close that is expected
        creations.created_at,
        {{ business_date('creations.created_at') }} as created_on,
        {{ business_date('ended.close_at') }} as close_date,
        ended.close_at as closed_at,
        case when ended.is_logged then ended.observed_at else ended.updated_at end as updated_at,

        -- judgement of the source
        case when merged_deals.merged_key is not null then 'merged' end as source_exclusion,

        -- origin: the deal as delivered, where this is how it stands; of its past the value that told the newest of it
        ended.deal_key as source_key,
        coalesce(delivered.source_file, ended.source_file) as source_file,
        coalesce(delivered.source_row, ended.source_row) as source_row,
        coalesce(delivered.row_hash, ended.row_hash) as row_hash,
        case when ended.has_log then ended.observed_at else ended.extracted_at end as extracted_at,
        ended.ended_at as superseded_at,
        ended.ended_at is null as is_current,
        coalesce(delivered.extras, ended.extras) as extras
    from ended
    left join creations on ended.deal_key = creations.deal_key
    left join users on creations.creator_user_key = users.user_key
    left join stages on ended.stage_key = stages.stage_key
    left join pipelines on ended.pipeline_key = pipelines.pipeline_key
    left join merged_deals on ended.deal_key = merged_deals.merged_key
    left join delivered
        on
            ended.history_key = delivered.history_key
            and ended.ended_at is null
)

-- before a deal's first stage is known there is nothing to say of it; as it stands now, it is said in any case
select * from renamed
where source_stage is not null or is_current
