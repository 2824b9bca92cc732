-- What the register says a source's value means from when to when, without gaps: a value keeps its last meaning until the
-- register gives it another, and its first meaning reaches back. The register names a column as its source does; here it is the
-- canonical one. A row of a column that no model maps means nothing, and assert_value_maps_name_mapped_columns lists it. Where all spellings of a
-- value (upper and lower case, composed forms) have one meaning, a further row gives it to every other spelling.
with

value_maps as (
    select * from {{ ref('stg_registers__value_maps') }}
    where is_current and value is not null
),

source_columns as (
    select * from {{ ref('source_columns') }}
),

ranked as (
    select
        value_maps.source,
        value_maps.object,
        plain.canonical_column as field,
        value_maps.source_value,
        value_maps.value as mapped_value,
        coalesce(value_maps.valid_from, cast('0001-01-01' as date)) as valid_from,
        row_number() over (
            partition by
                value_maps.source,
                value_maps.object,
                plain.canonical_column,
                value_maps.source_value,
                value_maps.valid_from
            order by value_maps.row_hash desc
        ) as position_on_day
    from value_maps
    -- the name of a column without a source is that of every source that has none of its own
    inner join source_columns as plain on value_maps.object = plain.object and plain.source is null and plain.is_mapped
    left join source_columns as own
        on
            value_maps.source = own.source
            and plain.object = own.object
            and plain.canonical_column = own.canonical_column
    where value_maps.field = lower(coalesce(own.source_column, plain.source_column))
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

spelled as (
    select
        spans.*,
        {{ folded('spans.source_value') }} as value_key,
        as_of.as_of_date between spans.meaning_from and spans.meaning_to as holds_at_as_of,
        min(spans.source_value) over spellings as first_spelling,
        min(spans.source_value) over spellings = max(spans.source_value) over spellings
        or min(spans.mapped_value) over spellings = max(spans.mapped_value) over spellings as has_one_meaning
    from spans
    cross join {{ ref('int_as_of_determined') }} as as_of
    window spellings as (partition by spans.source, spans.object, spans.field, {{ folded('spans.source_value') }})
),

{% set columns = 'source, object, field, value_key, has_one_meaning, mapped_value, meaning_from, meaning_to, holds_at_as_of' -%}
final as (
    select
        {{ columns }},
        source_value
    from spelled
    union all
    select
        {{ columns }},
        {{ any_spelling('value_key') }} as source_value
    from spelled
    where has_one_meaning and source_value = first_spelling
)

select * from final
