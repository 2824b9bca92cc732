-- Salesforce's opportunities in the canonical columns: a version for each that an extract showed; and where the change of the
-- owner is tracked, one for each instant at which stage or owner changed, so that a deal that was handed over stays with who
-- closed it. What else an opportunity was at such an instant is unknown.
with

deals as (
    select * from {{ ref('stg_salesforce__deals') }}
),

stage_events as (
    select * from {{ ref('stg_salesforce__stage_events') }}
),

-- a change of the owner has two rows: the one with the ids counts, where it is there
owner_changes as (
    select
        *,
        row_number() over (
            partition by deal_key, changed_at
            order by case when coalesce(new_value, old_value) like '005%' then 0 else 1 end, history_key
        ) as position_of_row
    from {{ ref('stg_salesforce__opportunity_field_histories') }}
    where is_current and field in ('owner', 'ownerid')
),

points as (
    select
        deal_key,
        changed_at,
        1 as point_order,
        cast(null as varchar) as stage_name,
        coalesce({{ salesforce_id_of('old_value', '005') }}, old_value) as old_owner_key,
        coalesce({{ salesforce_id_of('new_value', '005') }}, new_value) as new_owner_key,
        source_file,
        source_row,
        row_hash
    from owner_changes
    where position_of_row = 1
    union all
    select
        stage_events.opportunity_reference as deal_key,
        stage_events.changed_at,
        2 as point_order,
        stage_events.to_source_stage as stage_name,
        cast(null as varchar) as old_owner_key,
        cast(null as varchar) as new_owner_key,
        stage_events.source_file,
        stage_events.source_row,
        stage_events.row_hash
    from stage_events
    where stage_events.opportunity_reference in (select owner_changes.deal_key from owner_changes)
),

numbered as (
    select
        *,
        row_number() over (
            partition by deal_key order by changed_at, point_order, stage_name, row_hash
        ) as position
    from points
),

first_owners as (
    select
        deal_key,
        old_owner_key,
        row_number() over (partition by deal_key order by position) as position_of_change
    from numbered
    where old_owner_key is not null
),

followed as (
    select
        numbered.deal_key,
        numbered.changed_at,
        numbered.position,
        numbered.source_file,
        numbered.source_row,
        numbered.row_hash,
        {{ last_known('numbered.stage_name', 'numbered.deal_key', 'numbered.position') }} as stage_name,
        coalesce(
            {{ last_known('numbered.new_owner_key', 'numbered.deal_key', 'numbered.position') }}, first_owners.old_owner_key
        ) as owner_key,
        row_number() over (
            partition by numbered.deal_key, numbered.changed_at order by numbered.position desc
        ) as position_from_last
    from numbered
    left join first_owners
        on
            numbered.deal_key = first_owners.deal_key
            and first_owners.position_of_change = 1
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
        followed.owner_key,
        newest_deals.account_key,
        newest_deals.creator_key,
        newest_deals.deal_name,
        newest_deals.pipeline,
        followed.stage_name,
        newest_deals.currency,
        newest_deals.deal_type,
        cast(null as varchar) as loss_reason,
        cast(null as varchar) as forecast_category,
        cast(null as decimal(18, 4)) as amount,
        cast(null as decimal(18, 6)) as probability_percent,
        false as is_deleted,
        cast(null as date) as close_on,
        newest_deals.created_at,
        followed.changed_at as updated_at,
        newest_deals.source_key,
        followed.source_file,
        followed.source_row,
        followed.row_hash,
        followed.changed_at as extracted_at,
        coalesce(
            lead(followed.changed_at) over (partition by followed.deal_key order by followed.position),
            newest_deals.extracted_at
        ) as superseded_at,
        false as is_current,
        cast(null as varchar) as extras
    from followed
    inner join newest_deals
        on
            followed.deal_key = newest_deals.deal_key
            and newest_deals.position_from_newest = 1
    where followed.stage_name is not null and followed.position_from_last = 1
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
