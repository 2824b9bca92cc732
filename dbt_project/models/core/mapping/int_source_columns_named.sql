-- What each source calls the columns of the seed source_columns: a row without a source holds for every source that has none of
-- its own.
with

source_columns as (
    select * from {{ ref('source_columns') }}
),

sources as (
    select source from {{ source('raw', 'source') }}
),

final as (
    select
        sources.source,
        plain.object,
        plain.canonical_column,
        coalesce(own.source_column, plain.source_column) as source_column,
        plain.is_mapped
    from sources
    cross join source_columns as plain
    left join source_columns as own
        on sources.source = own.source and plain.object = own.object and plain.canonical_column = own.canonical_column
    where plain.source is null
)

select * from final
