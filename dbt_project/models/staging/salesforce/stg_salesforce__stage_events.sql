{#- A table, because the opportunities and the stage log both read it, and it sorts the whole history. -#}
{{ config(materialized='table') }}
-- The moves of Salesforce's opportunities, in the canonical columns of stage events. OpportunityHistory has a row for each
-- save, also where the stage stayed; a save into another stage is a move. OpportunityFieldHistory adds the opportunities
-- that have no row there, and what came after the last one. Where it dates the creation, the opportunity was created in the
-- stage that its first change left, without a change in the one that it has.
{% set origin = 'changed_at, changed_by, history_key, source_file, source_row, row_hash, extracted_at, extras' %}

with

histories as (
    select * from {{ ref('base_salesforce__opportunity_changes') }}
    where is_current and object = 'save'
),

field_histories as (
    select * from {{ ref('base_salesforce__opportunity_changes') }}
    where is_current and object = 'field'
),

deals as (
    select
        deal_key,
        max(stage_name) as stage_name
    from {{ ref('base_salesforce__opportunities') }}
    where is_current
    group by deal_key
),

last_histories as (
    select
        deal_key,
        max(changed_at) as last_changed_at
    from histories
    group by deal_key
),

stage_changes as (
    select
        field_histories.*,
        last_histories.last_changed_at,
        row_number() over (
            partition by field_histories.deal_key order by field_histories.changed_at, field_histories.history_key
        ) as position_of_change
    from field_histories
    left join last_histories on field_histories.deal_key = last_histories.deal_key
    where field_histories.field in ('stagename', 'stage')
),

creations as (
    select
        field_histories.*,
        row_number() over (
            partition by field_histories.deal_key order by field_histories.changed_at, field_histories.history_key
        ) as position_of_creation
    from field_histories
    left join last_histories on field_histories.deal_key = last_histories.deal_key
    where
        field_histories.field in ('created', 'opportunitycreatedfromlead')
        and last_histories.deal_key is null
),

entries as (
    select
        deal_key,
        stage_name as to_stage,
        cast(null as varchar) as old_stage,
        1 as entry_order,
        {{ origin }}
    from histories
    union all
    select
        deal_key,
        new_value as to_stage,
        old_value as old_stage,
        2 as entry_order,
        {{ origin }}
    from stage_changes
    where new_value is not null and (last_changed_at is null or changed_at > last_changed_at)
    union all
    select
        creations.deal_key,
        coalesce(stage_changes.old_value, deals.stage_name) as to_stage,
        cast(null as varchar) as old_stage,
        0 as entry_order,
        creations.changed_at,
        creations.changed_by,
        creations.history_key,
        creations.source_file,
        creations.source_row,
        creations.row_hash,
        creations.extracted_at,
        creations.extras
    from creations
    left join stage_changes
        on
            creations.deal_key = stage_changes.deal_key
            and stage_changes.position_of_change = 1
    left join deals on creations.deal_key = deals.deal_key
    where creations.position_of_creation = 1
),

sequenced as (
    select
        *,
        lag(to_stage) over (
            partition by deal_key order by changed_at, entry_order, history_key, row_hash
        ) as previous_stage
    from entries
    where to_stage is not null
),

final as (
    select
        -- ids
        deal_key as opportunity_reference,

        -- text
        coalesce(previous_stage, old_stage) as from_source_stage,
        to_stage as to_source_stage,
        changed_by,
        cast(null as varchar) as source_exclusion,

        -- instants
        changed_at,

        -- origin
        history_key as source_key,
        source_file,
        source_row,
        row_hash,
        extracted_at,
        cast(null as timestamp) as superseded_at,
        true as is_current,
        extras
    from sequenced
    where previous_stage is distinct from to_stage
)

select * from final
