-- The stage map, with open ends made explicit. A row without a pipeline holds for every pipeline of its source.
with

stage_maps as (
    select * from {{ ref('stg_registers__stage_maps') }}
    where is_current
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
    from stage_maps
)

select * from final
