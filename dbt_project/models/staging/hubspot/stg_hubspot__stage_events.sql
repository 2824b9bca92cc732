-- The moves of HubSpot's deals, from the history of dealstage, in the canonical columns of stage events. Setting the stage that
-- a deal is already in is not a move.
with

stage_changes as (
    select
        deal_key,
        changed_at,
        new_value as stage_key,
        min(user_key) as user_key,
        min(source_file) as source_file,
        min(source_row) as source_row,
        min(row_hash) as row_hash,
        min(extracted_at) as extracted_at
    from {{ ref('base_hubspot__deal_changes') }}
    where is_current and field = 'dealstage' and new_value is not null and changed_at is not null
    group by deal_key, changed_at, new_value
),

stages as (
    select * from {{ ref('stg_hubspot__stages') }}
    where is_last_known
),

users as (
    {{ hubspot_users() }}
),

named as (
    select
        stage_changes.*,
        stages.stage_position,
        coalesce(stages.stage_name, stage_changes.stage_key) as to_source_stage,
        coalesce(users.owner_key, stage_changes.user_key) as changed_by
    from stage_changes
    left join stages on stage_changes.stage_key = stages.stage_key
    left join users on stage_changes.user_key = users.user_key
),

ordered as (
    select
        *,
        lag(stage_key) over (
            partition by deal_key order by changed_at, stage_position nulls last, stage_key
        ) as from_stage_key,
        lag(to_source_stage) over (
            partition by deal_key order by changed_at, stage_position nulls last, stage_key
        ) as from_source_stage
    from named
),

final as (
    select
        -- ids
        deal_key as opportunity_reference,

        -- text
        from_source_stage,
        to_source_stage,
        changed_by,
        cast(null as varchar) as source_exclusion,

        -- instants
        changed_at,

        -- origin
        deal_key || chr(31) || cast(changed_at as varchar) || chr(31) || stage_key as source_key,
        source_file,
        source_row,
        row_hash,
        extracted_at,
        cast(null as timestamp) as superseded_at,
        true as is_current,
        cast(null as varchar) as extras
    from ordered
    where from_stage_key is distinct from stage_key
)

select * from final
