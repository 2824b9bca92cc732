-- The stage map, with open ends made explicit. A row without a pipeline holds for every pipeline of its source. A stage may be
-- written by its name or, in a CRM that numbers its stages, by its id. Where a CRM closes deals by a status, the status alone decides: its
-- stages are open, also one that is called like a status, and the register may leave the statuses out.
{% set row %}
    stage_maps.stage_order,
    stage_maps.row_hash,
    coalesce(stage_maps.valid_from, cast('0001-01-01' as date)) as valid_from,
    coalesce(stage_maps.valid_to, cast('9999-12-31' as date)) as valid_to
{% endset %}

with

stage_maps as (
    select * from {{ ref('stg_registers__stage_maps') }}
    where is_current
),

stages as (
    {{ union_sources('stages', 'stage_key, stage_name, outcome', 'is_last_known') }}
),

statuses as (
    select * from stages
    where outcome is not null
),

sources_with_statuses as (
    select distinct source from statuses
),

named as (
    select
        stage_maps.source,
        stage_maps.pipeline,
        coalesce(stages.stage_name, stage_maps.source_stage) as source_stage,
        stage_maps.stage,
        stage_maps.is_closed and sources_with_statuses.source is null as is_closed,
        stage_maps.is_won and sources_with_statuses.source is null as is_won,
        {{ row }}
    from stage_maps
    left join stages
        on
            stage_maps.source = stages.source
            and stages.outcome is null
            and (
                stage_maps.source_stage = stages.stage_key
                or lower(stages.stage_name) = lower({{ stage_beside_status('stage_maps.source_stage', 'stages.stage_key') }})
            )
    left join sources_with_statuses on stage_maps.source = sources_with_statuses.source
    left join statuses on stage_maps.source = statuses.source and lower(stage_maps.source_stage) = statuses.outcome
    where statuses.source is null or stages.source is not null
    union all
    select
        stage_maps.source,
        stage_maps.pipeline,
        stage_maps.source_stage,
        stage_maps.stage,
        true as is_closed,
        statuses.outcome = 'won' as is_won,
        {{ row }}
    from stage_maps
    inner join statuses
        on stage_maps.source = statuses.source and lower(stage_maps.source_stage) = statuses.outcome and stage_maps.is_closed
),

last_places as (
    select
        source,
        max(stage_order) as last_stage_order
    from named
    group by source
),

unioned as (
    select * from named
    union all
    select
        statuses.source,
        cast(null as varchar) as pipeline,
        statuses.stage_name as source_stage,
        case statuses.outcome when 'won' then 'Won' else 'Lost' end as stage,
        true as is_closed,
        statuses.outcome = 'won' as is_won,
        last_places.last_stage_order + case statuses.outcome when 'won' then 1 else 2 end as stage_order,
        '' as row_hash,
        cast('0001-01-01' as date) as valid_from,
        cast('9999-12-31' as date) as valid_to
    from statuses
    inner join last_places on statuses.source = last_places.source
    left join named on statuses.source = named.source and statuses.outcome = lower(named.source_stage)
    where named.source is null
),

outcomes as (
    select distinct
        unioned.source,
        lower(unioned.stage) as outcome
    from unioned
    inner join sources_with_statuses on unioned.source = sources_with_statuses.source
    where unioned.is_closed
),

final as (
    select
        unioned.source,
        unioned.pipeline,
        unioned.source_stage,
        -- an open stage and an outcome of one name are two stages
        case when outcomes.source is null or unioned.is_closed then unioned.stage else unioned.stage || ' (open)' end as stage,
        unioned.stage_order,
        unioned.is_closed,
        unioned.is_won,
        unioned.row_hash,
        unioned.valid_from,
        unioned.valid_to
    from unioned
    left join outcomes on unioned.source = outcomes.source and lower(unioned.stage) = outcomes.outcome
)

select * from final
