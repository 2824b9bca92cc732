-- The moves of the deals that have a log, in the canonical columns of stage events. A change of stage counts while the deal is open: what is done
-- to it after its close reopens nothing, and is excluded as after_close. A close is a move to won or lost; a reopening is a move back into the
-- stage that the deal is in. Setting a value that is already set is not a move.
with

stage_changes as (
    select
        deal_key,
        changed_at,
        new_value as stage_key,
        min(source_file) as source_file,
        min(source_row) as source_row,
        min(row_hash) as row_hash,
        min(extracted_at) as extracted_at
    from {{ ref('base_pipedrive__deal_changes') }}
    where is_current and field = 'stage_id' and new_value is not null
    group by deal_key, changed_at, new_value
),

states as (
    select * from {{ ref('int_pipedrive__deal_states') }}
    where has_log
),

stages as (
    select * from {{ ref('stg_pipedrive__stages') }}
    where is_last_known
),

moves as (
    select
        stage_changes.deal_key,
        stage_changes.changed_at,
        1 as move_order,
        stages.stage_position,
        stage_changes.stage_key as to_key,
        coalesce(stages.stage_name, stage_changes.stage_key) as to_source_stage,
        case when states.previous_status <> 'open' then 'after_close' end as source_exclusion,
        stage_changes.source_file,
        stage_changes.source_row,
        stage_changes.row_hash,
        stage_changes.extracted_at
    from stage_changes
    inner join states
        on stage_changes.deal_key = states.deal_key and stage_changes.changed_at = states.observed_at and states.is_logged
    left join stages on stage_changes.stage_key = stages.stage_key
    -- a reopening is a move of its own
    where coalesce(states.previous_status, 'open') = 'open' or states.status <> 'open'
    union all
    select
        states.deal_key,
        case when states.is_logged then states.observed_at else states.closed_at end as changed_at,
        2 as move_order,
        cast(null as integer) as stage_position,
        case when states.status = 'open' then states.stage_key else states.status end as to_key,
        case
            when states.status = 'open' then coalesce(stages.stage_name, states.stage_key)
            else states.status
        end as to_source_stage,
        cast(null as varchar) as source_exclusion,
        states.status_source_file as source_file,
        states.status_source_row as source_row,
        states.status_row_hash as row_hash,
        states.extracted_at
    from states
    left join stages on states.stage_key = stages.stage_key
    where
        (states.status in ('won', 'lost') and states.status is distinct from states.previous_status)
        or (states.status = 'open' and states.previous_status in ('won', 'lost') and states.is_logged)
),

ordered as (
    select
        *,
        lag(to_key) over (
            partition by deal_key, source_exclusion
            order by changed_at, move_order, stage_position nulls last, length(to_key), to_key
        ) as from_key,
        lag(to_source_stage) over (
            partition by deal_key, source_exclusion
            order by changed_at, move_order, stage_position nulls last, length(to_key), to_key
        ) as from_source_stage
    from moves
    where changed_at is not null and to_key is not null
),

final as (
    select
        -- ids
        deal_key as opportunity_reference,

        -- text: the log does not say who did it
        from_source_stage,
        to_source_stage,
        cast(null as varchar) as changed_by,
        source_exclusion,

        -- instants
        changed_at,

        -- origin
        deal_key || chr(31) || cast(changed_at as varchar) || chr(31) || to_source_stage as source_key,
        source_file,
        source_row,
        row_hash,
        extracted_at,
        cast(null as timestamp) as superseded_at,
        true as is_current,
        cast(null as varchar) as extras
    from ordered
    where from_key is distinct from to_key or source_exclusion is not null
)

select * from final
