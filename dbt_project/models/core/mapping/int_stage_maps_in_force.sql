-- The stage map, with open ends made explicit. A row without a pipeline holds for every pipeline of its source. A stage may be
-- written by its name or, in a CRM that numbers its stages, by its id. Where a CRM closes its deals by status, won and lost
-- mean what they say, and the register may leave them out.
with

stage_maps as (
    select * from {{ ref('stg_registers__stage_maps') }}
    where is_current
),

stages as (
    {{ union_sources('stages', 'stage_key, stage_name', 'is_last_known') }}
),

named as (
    select
        stage_maps.source,
        stage_maps.pipeline,
        coalesce(stages.stage_name, stage_maps.source_stage) as source_stage,
        stage_maps.stage,
        stage_maps.stage_order,
        stage_maps.is_closed,
        stage_maps.is_won,
        stage_maps.valid_from,
        stage_maps.valid_to,
        stage_maps.row_hash
    from stage_maps
    left join stages
        on
            stage_maps.source = stages.source
            and stage_maps.source_stage = stages.stage_key
),

statuses as (
    select
        'pipedrive' as source,
        'won' as source_stage,
        'Won' as stage,
        1 as places_after_last,
        true as is_won
    union all
    select
        'pipedrive' as source,
        'lost' as source_stage,
        'Lost' as stage,
        2 as places_after_last,
        false as is_won
),

last_places as (
    select
        source,
        max(stage_order) as last_stage_order
    from named
    group by source
),

implied as (
    select
        statuses.source,
        cast(null as varchar) as pipeline,
        statuses.source_stage,
        statuses.stage,
        last_places.last_stage_order + statuses.places_after_last as stage_order,
        true as is_closed,
        statuses.is_won,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        '' as row_hash
    from statuses
    inner join last_places on statuses.source = last_places.source
    left join named
        on
            statuses.source = named.source
            and statuses.source_stage = lower(named.source_stage)
    where named.source is null
),

unioned as (
    select * from named
    union all
    select * from implied
),

final as (
    select
        source,
        pipeline,
        source_stage,
        stage,
        stage_order,
        is_closed,
        is_won,
        row_hash,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from unioned
)

select * from final
