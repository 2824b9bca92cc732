-- Pipedrive's deals in the canonical columns of opportunities: one version per known change. The stage of a closed deal is its status,
-- that of an open one the name of its stage. A deal that vanished from deals.csv, and has no later change in the log, is gone.
with

states as (
    select * from {{ ref('int_pipedrive__deal_states') }}
),

stages as (
    select * from {{ ref('stg_pipedrive__stages') }}
    where is_last_known
),

pipelines as (
    {{ pipelines_named('stages') }}
),

delivered as (
    select * from states
    where not is_logged and has_log and superseded_at is null
),

ended as (
    {{ ended_states('base_pipedrive__deals', 'vanished.vanished_at >= states.observed_at') }}
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
        cast(null as varchar) as stage_on_creation,
        ended.currency,
        cast(null as varchar) as opportunity_type,
        ended.loss_reason,
        cast(null as varchar) as forecast_category,

        -- numbers
        ended.amount,
        cast(null as decimal(19, 4)) as crm_converted_amount,
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
        case when ended.status in ('won', 'lost') then ended.closed_at end as close_date_at,
        case when ended.is_logged then ended.observed_at else ended.updated_at end as updated_at,

        -- why the source does not count the row
        cast(null as varchar) as source_exclusion,

        -- the extracts that first delivered this version, and a newer one
        ended.delivered_at,
        ended.outdated_at,

        -- origin: of the current version the row of deals.csv, of an earlier one the row of its newest change
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
    left join delivered on ended.history_key = delivered.history_key and ended.ended_at is null
)

-- a past version without a known stage is of no use
select * from renamed
where source_stage is not null or is_current
