{#- A table, because it sorts the whole history. -#}
{{ config(materialized='table') }}
-- The state of each opportunity after each known change in its histories: stage, amount and close date as last known. Its owner is the
-- old owner in the next change of owner, without a later change the owner in the next extract: so a deal that was handed over later stays
-- with the rep who closed it.
{% set origin = 'source_file, source_row, row_hash, extracted_at' %}

with

histories as (
    select * from {{ ref('base_salesforce__opportunity_changes') }}
    where is_current and object = 'save'
),

stage_events as (
    select * from {{ ref('stg_salesforce__stage_events') }}
),

-- a change of the owner has two rows: the one with the ids counts, if it exists
owner_changes as (
    select
        *,
        row_number() over (
            partition by deal_key, changed_at
            order by case when coalesce(new_value, old_value) like '005%' then 0 else 1 end, history_key
        ) as position_of_row
    from {{ ref('base_salesforce__opportunity_changes') }}
    where is_current and field in ('owner', 'ownerid')
),

points as (
    select
        deal_key,
        changed_at,
        1 as point_order,
        cast(null as varchar) as stage_name,
        cast(null as varchar) as amount,
        cast(null as varchar) as close_on,
        coalesce({{ salesforce_id_of('old_value', '005') }}, old_value) as owner_before,
        coalesce({{ salesforce_id_of('new_value', '005') }}, new_value) as owner_after,
        {{ origin }},
        true as is_logged
    from owner_changes
    where position_of_row = 1
    union all
    select
        deal_key,
        changed_at,
        2 as point_order,
        stage_name,
        coalesce(cast(amount as varchar), '') as amount,
        coalesce(cast(close_on as varchar), '') as close_on,
        cast(null as varchar) as owner_before,
        cast(null as varchar) as owner_after,
        {{ origin }},
        true as is_logged
    from histories
    union all
    select
        opportunity_reference as deal_key,
        changed_at,
        3 as point_order,
        to_source_stage as stage_name,
        cast(null as varchar) as amount,
        cast(null as varchar) as close_on,
        cast(null as varchar) as owner_before,
        cast(null as varchar) as owner_after,
        {{ origin }},
        true as is_logged
    from stage_events
    union all
    select
        deal_key,
        extracted_at as changed_at,
        4 as point_order,
        stage_name,
        coalesce(cast(amount as varchar), '') as amount,
        coalesce(cast(close_on as varchar), '') as close_on,
        coalesce(owner_key, '') as owner_before,
        coalesce(owner_key, '') as owner_after,
        {{ origin }},
        false as is_logged
    from {{ ref('base_salesforce__opportunities') }}
),

numbered as (
    select
        *,
        row_number() over deal_forwards as position,
        row_number() over deal_backwards as position_from_last,
        lead(owner_before) over deal_forwards as next_owner_before
    from points
    window
        deal_forwards as (partition by deal_key order by changed_at, point_order, stage_name, source_file, source_row),
        deal_backwards as (
            partition by deal_key order by changed_at desc, point_order desc, stage_name desc, source_file desc, source_row desc
        )
),

known as (
    select
        deal_key,
        changed_at,
        {{ origin }},
        is_logged,
        {{ last_known('stage_name', 'deal_key') }} as stage_name,
        {{ last_known('amount', 'deal_key') }} as amount,
        {{ last_known('close_on', 'deal_key') }} as close_on,
        coalesce(
            {{ last_known('next_owner_before', 'deal_key', 'position_from_last') }},
            {{ last_known('owner_after', 'deal_key') }}
        ) as owner_key,
        row_number() over (partition by deal_key, changed_at order by position desc) as position_from_last_of_instant
    from numbered
),

ended as (
    select
        *,
        lead(changed_at) over (partition by deal_key order by changed_at) as ended_at
    from known
    where position_from_last_of_instant = 1
),

final as (
    select
        -- ids
        deal_key,
        owner_key,

        -- text
        stage_name,

        -- numbers
        cast(amount as decimal(19, 4)) as amount,

        -- dates and instants
        cast(close_on as date) as close_on,
        changed_at,
        ended_at,

        -- origin
        {{ origin }}
    from ended
    where is_logged and stage_name is not null
)

select * from final
