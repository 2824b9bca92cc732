-- What the register says a source's value means from when to when, without gaps: a value keeps its last meaning until the
-- register gives it another, and its first meaning reaches back.
with

value_maps as (
    select * from {{ ref('stg_registers__value_maps') }}
    where is_current and value is not null
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

ranked as (
    select
        source,
        object,
        field,
        source_value,
        value as mapped_value,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        row_number() over (
            partition by source, object, field, source_value, valid_from order by row_hash desc
        ) as position_on_day
    from value_maps
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
        spans.source,
        spans.object,
        spans.field,
        spans.source_value,
        spans.mapped_value,
        spans.meaning_from,
        spans.meaning_to,
        as_of.as_of_date between spans.meaning_from and spans.meaning_to as holds_at_as_of
    from spans
    cross join as_of
)

select * from final
