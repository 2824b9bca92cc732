-- What the register says a source's value means, as of as_of; one meaning a value.
with

value_maps as (
    select * from {{ ref('stg_registers__value_maps') }}
    where is_current
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

ranked as (
    select
        value_maps.source,
        value_maps.object,
        value_maps.field,
        value_maps.source_value,
        value_maps.value as mapped_value,
        row_number() over (
            partition by value_maps.source, value_maps.object, value_maps.field, value_maps.source_value
            order by value_maps.valid_from desc nulls last, value_maps.row_hash asc
        ) as position_in_value
    from value_maps
    cross join as_of
    where
        (value_maps.valid_from is null or value_maps.valid_from <= as_of.as_of_date)
        and (value_maps.valid_to is null or value_maps.valid_to >= as_of.as_of_date)
),

final as (
    select
        source,
        object,
        field,
        source_value,
        mapped_value
    from ranked
    where position_in_value = 1
)

select * from final
