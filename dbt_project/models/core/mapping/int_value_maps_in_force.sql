-- What the register says a source's value means from when to when, without gaps: a value keeps its last meaning until the
-- register gives it another, and its first meaning reaches back. The register names a column as its source does; here it is the
-- canonical one. A row of a column that no model maps means nothing, and assert_value_maps_name_mapped_columns lists it.
with

value_maps as (
    select * from {{ ref('stg_registers__value_maps') }}
    where is_current and value is not null
),

mapped_columns as (
    select * from {{ ref('int_source_columns_named') }}
    where is_mapped
),

ranked as (
    select
        value_maps.source,
        value_maps.object,
        mapped_columns.canonical_column as field,
        value_maps.source_value,
        value_maps.value as mapped_value,
        coalesce(value_maps.valid_from, cast('0001-01-01' as date)) as valid_from,
        row_number() over (
            partition by
                value_maps.source,
                value_maps.object,
                mapped_columns.canonical_column,
                value_maps.source_value,
                value_maps.valid_from
            order by value_maps.row_hash desc
        ) as position_on_day
    from value_maps
    inner join mapped_columns
        on
            value_maps.source = mapped_columns.source
            and value_maps.object = mapped_columns.object
            and value_maps.field = lower(mapped_columns.source_column)
),

spans as (
    select
        source,
        object,
        field,
        source_value,
        mapped_value,
        case
            when row_number() over (partition by source, object, field, source_value order by valid_from) = 1
                then cast('0001-01-01' as date)
            else valid_from
        end as meaning_from,
        coalesce(
            {{ add_days(
                'lead(valid_from) over (partition by source, object, field, source_value order by valid_from)', -1
            ) }},
            cast('9999-12-31' as date)
        ) as meaning_to
    from ranked
    where position_on_day = 1
),

final as (
    select
        spans.*,
        as_of.as_of_date between spans.meaning_from and spans.meaning_to as holds_at_as_of
    from spans
    cross join {{ ref('int_as_of_determined') }} as as_of
)

select * from final
