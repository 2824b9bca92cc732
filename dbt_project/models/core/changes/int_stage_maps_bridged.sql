-- The stage map in force with what declared bridges add to it.
with

bridges as (
    select * from {{ ref('int_stage_bridges') }}
    where bridged_label is not null
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
        valid_from,
        valid_to
    from {{ ref('int_stage_maps_in_force') }}
    union all
    select
        source,
        pipeline,
        bridged_label as source_stage,
        new_stage as stage,
        stage_order,
        is_closed,
        is_won,
        change_id as row_hash,
        valid_from,
        cast('9999-12-31' as date) as valid_to
    from bridges
)

select * from final
