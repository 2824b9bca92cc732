-- noqa: disable=LT02
{#- A table, because it sorts the whole history and is read many times. -#}
{{ config(materialized='table') }}
-- HubSpot's deals in the canonical columns of opportunities: one version per known change. A change sets its property from its instant on. A
-- delivered deal sets all of them, from its last update on where it has a history, else from its extract on; a blank clears a property that has
-- no history. Where the history has no owner, the first one delivered always was. A stage is called by its label. A deal that vanished from the
-- deals is gone, whatever its history says. A deal that was merged into another is excluded like an archived one.
with

states as (
    select
        *,
        {% for column in hubspot_history_columns().values() | list + hubspot_delivered_columns() -%}
        {% if column == 'owner_key' -%}
        {{ known_or_first_delivered(column, 'history_key') }} as {{ column }},
        {% else -%}
        {{ last_known('new_' ~ column, 'history_key') }} as {{ column }},
        {% endif -%}
        {% endfor -%}
        lead(observed_at) over (partition by history_key order by position) as next_observed_at
    from {{ ref('int_hubspot__deal_observations') }}
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

deals as (
    select * from {{ ref('base_hubspot__deals') }}
),

merged_deals as (
    {{ hubspot_merged_keys('deals', 'deal_key') }}
),

delivered as (
    select * from states
    where not is_logged and has_log and superseded_at is null
),

-- only the delivered deal says who created it, and when; it holds for its past too
creations as (
    select
        deal_key,
        min(cast(created_at as timestamp)) as created_at,
        max(creator_user_key) as creator_user_key
    from states
    group by deal_key
),

ended as (
    {{ ended_states('base_hubspot__deals') }}
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
        cast(null as varchar) as stage_on_creation,
        ended.currency,
        ended.deal_type as opportunity_type,
        ended.loss_reason,
        ended.forecast_category,

        -- numbers
        {{ parse_number('ended.amount', 'decimal(19, 4)') }} as amount,
        {{ parse_number('ended.amount_in_home_currency', 'decimal(19, 4)') }} as crm_converted_amount,
        case
            when {{ parse_number('ended.probability', 'decimal(9, 6)') }} between 0 and 1
                then {{ parse_number('ended.probability', 'decimal(9, 6)') }}
        end as probability,

        -- booleans
        coalesce({{ parse_boolean('ended.is_archived') }}, false) as is_deleted,

        -- instants and their business dates: of an open deal the close that is expected
        creations.created_at,
        {{ business_date('creations.created_at') }} as created_on,
        {{ business_date('cast(ended.close_at as timestamp)') }} as close_date,
        cast(ended.close_at as timestamp) as closed_at,
        cast(ended.close_at as timestamp) as close_date_at,
        case when ended.is_logged then ended.observed_at else cast(ended.updated_at as timestamp) end as updated_at,

        -- why the source does not count the row
        case when merged_deals.merged_key is not null then 'merged' end as source_exclusion,

        -- the extracts that first delivered this version, and a newer one
        ended.delivered_at,
        ended.outdated_at,

        -- origin: of the current version the deal as delivered, of an earlier one its newest change
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
    left join delivered on ended.history_key = delivered.history_key and ended.ended_at is null
)

-- a past version without a known stage is of no use
select * from renamed
where source_stage is not null or is_current
