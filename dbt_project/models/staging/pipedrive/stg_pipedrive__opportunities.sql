-- Pipedrive's deals in the canonical columns of opportunities: one version for each instant at which something was learned.
-- A closed deal's stage is its status, an open one's the name of its stage. A deal that vanished from deals.csv, and of which
-- the log says nothing since, is gone.
with

states as (
    select * from {{ ref('stg_pipedrive__deal_states') }}
),

stages as (
    select * from {{ ref('stg_pipedrive__stages') }}
    where is_last_known
),

pipelines as (
    {{ pipelines_named('stages') }}
),

vanished as (
    {{ vanished_deals('stg_pipedrive__deals') }}
),

delivered as (
    select * from states
    where not is_logged and has_log and superseded_at is null
),

ended as (
    select
        states.*,
        case
            when not states.has_log then states.superseded_at
            else coalesce(
                states.next_observed_at,
                case when vanished.vanished_at >= states.observed_at then vanished.vanished_at end
            )
        end as ended_at
    from states
    left join vanished on states.deal_key = vanished.deal_key
),

renamed as (
    select
        -- ids
        ended.deal_key as opportunity_key,

        -- references
        ended.user_key as owner_reference,
        ended.organization_key as account_reference,
        cast(null as varchar) as product_reference,
        cast(null as varchar) as created_by_reference,
        ended.lead_key as lead_reference,

        -- text
        ended.title as opportunity_name,
        coalesce(
            stages.pipeline_name, pipelines.pipeline_name, stages.pipeline_key, ended.pipeline_key
        ) as pipeline,
        case
            when ended.status in ('won', 'lost') then ended.status
            else coalesce(stages.stage_name, ended.stage_key)
        end as source_stage,
        ended.currency,
        cast(null as varchar) as opportunity_type,
        ended.loss_reason,
        cast(null as varchar) as forecast_category,

        -- numbers
        ended.amount,
        cast(ended.probability_percent / 100 as decimal(9, 6)) as probability,

        -- booleans
        ended.is_deleted,

        -- instants and their business dates: of an open deal the close that is expected
        ended.created_at,
        {{ business_date('ended.created_at') }} as created_on,
        case
            when ended.status in ('won', 'lost') then {{ business_date('ended.closed_at') }}
            else ended.expected_close_on
        end as close_date,
        ended.closed_at,
        case when ended.is_logged then ended.observed_at else ended.updated_at end as updated_at,

        -- judgement of the source
        cast(null as varchar) as source_exclusion,

        -- origin: of a deal that stands in deals.csv that row, else the row of the log that told the newest of it
        ended.deal_key as source_key,
        coalesce(delivered.source_file, ended.source_file) as source_file,
        coalesce(delivered.source_row, ended.source_row) as source_row,
        coalesce(delivered.row_hash, ended.row_hash) as row_hash,
        case when ended.has_log then ended.observed_at else ended.extracted_at end as extracted_at,
        ended.ended_at as superseded_at,
        ended.ended_at is null as is_current,
        coalesce(delivered.extras, ended.extras) as extras
    from ended
    left join stages on ended.stage_key = stages.stage_key
    left join pipelines on ended.pipeline_key = pipelines.pipeline_key
    left join delivered
        on
            ended.history_key = delivered.history_key
            and ended.ended_at is null
)

-- before a deal's first stage is known there is nothing to say of it; as it stands now, it is said in any case
select * from renamed
where source_stage is not null or is_current
