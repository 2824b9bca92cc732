-- The stage map, with open ends made explicit. A row without a pipeline holds for every pipeline of its source. A stage may be
-- written by its name or, in a CRM that numbers its stages, by its id. Where a CRM says itself that a stage is won or
-- lost, the register may leave it out.
with

stage_maps as (
    select * from {{ ref('stg_registers__stage_maps') }}
    where is_current
),

stages as (
    {{ union_sources('stages', 'stage_key, stage_name, outcome', 'is_last_known') }}
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
        stage_maps.row_hash,
        coalesce(stage_maps.valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(stage_maps.valid_to, cast('9999-12-31' as date)) as valid_to
    from stage_maps
    left join stages on stage_maps.source = stages.source and stage_maps.source_stage = stages.stage_key
),

last_places as (
    select
        source,
        max(stage_order) as last_stage_order
    from named
    group by source
),

final as (
    select * from named
    union all
    select
        stages.source,
        cast(null as varchar) as pipeline,
        stages.stage_name as source_stage,
        case stages.outcome when 'won' then 'Won' else 'Lost' end as stage,
        last_places.last_stage_order + case stages.outcome when 'won' then 1 else 2 end as stage_order,
        true as is_closed,
        stages.outcome = 'won' as is_won,
        '' as row_hash,
        cast('0001-01-01' as date) as valid_from,
        cast('9999-12-31' as date) as valid_to
    from stages
    inner join last_places on stages.source = last_places.source
    left join named on stages.source = named.source and lower(stages.stage_name) = lower(named.source_stage)
    where stages.outcome is not null and named.source is null
)

select * from final
