-- Salesforce's opportunities in the canonical columns: a version for each that an extract showed, and one for each instant at
-- which their histories tell something. What else an opportunity was at such an instant is unknown.
with

deals as (
    select * from {{ ref('stg_salesforce__deals') }}
),

states as (
    select * from {{ ref('stg_salesforce__deal_states') }}
),

newest_deals as (
    select
        *,
        row_number() over (
            partition by deal_key
            order by extracted_at desc, updated_at desc nulls last, row_hash desc
        ) as position_from_newest
    from deals
),

logged as (
    select
        newest_deals.deal_key,
        states.owner_key,
        newest_deals.account_key,
        newest_deals.creator_key,
        newest_deals.deal_name,
        newest_deals.pipeline,
        states.stage_name,
        newest_deals.currency,
        newest_deals.deal_type,
        cast(null as varchar) as loss_reason,
        cast(null as varchar) as forecast_category,
        states.amount,
        cast(null as decimal(18, 6)) as probability_percent,
        false as is_deleted,
        states.close_on,
        newest_deals.created_at,
        states.changed_at as updated_at,
        newest_deals.source_key,
        states.source_file,
        states.source_row,
        states.row_hash,
        states.changed_at as extracted_at,
        coalesce(states.ended_at, states.changed_at) as superseded_at,
        false as is_current,
        cast(null as varchar) as extras
    from states
    inner join newest_deals
        on
            states.deal_key = newest_deals.deal_key
            and newest_deals.position_from_newest = 1
),

versions as (
    select
        deal_key,
        owner_key,
        account_key,
        creator_key,
        deal_name,
        pipeline,
        stage_name,
        currency,
        deal_type,
        loss_reason,
        forecast_category,
        amount,
        probability_percent,
        is_deleted,
        close_on,
        created_at,
        updated_at,
        source_key,
        source_file,
        source_row,
        row_hash,
        extracted_at,
        superseded_at,
        is_current,
        extras
    from deals
    union all
    select * from logged
),

final as (
    select
        -- ids
        deal_key as opportunity_key,

        -- references
        owner_key as owner_reference,
        account_key as account_reference,
        cast(null as varchar) as product_reference,
        creator_key as created_by_reference,
        cast(null as varchar) as lead_reference,

        -- text
        deal_name as opportunity_name,
        pipeline,
        stage_name as source_stage,
        currency,
        deal_type as opportunity_type,
        loss_reason,
        forecast_category,

        -- numbers
        amount,
        case
            when probability_percent between 0 and 100 then cast(probability_percent / 100 as decimal(9, 6))
        end as probability,

        -- booleans
        is_deleted,

        -- instants and their business dates
        created_at,
        {{ business_date('created_at') }} as created_on,
        close_on as close_date,
        cast(null as timestamp) as closed_at,
        updated_at,

        -- judgement of the source
        cast(null as varchar) as source_exclusion,

        -- origin
        source_key,
        source_file,
        source_row,
        row_hash,
        extracted_at,
        superseded_at,
        is_current,
        extras
    from versions
)

select * from final
