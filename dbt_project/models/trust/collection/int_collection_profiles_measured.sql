-- The collection profile: what each week's records of a source, an object and a field look like, for everybody (all), each team and each
-- pipeline. What detects breaks reads this and nothing else.
{% set families = [
    'int_collection_rows_counted',
    'int_collection_fields_filled',
    'int_collection_categories_named',
    'int_collection_values_binned',
    'int_collection_repeats_counted',
    'int_collection_trails_counted',
] %}

with

cells as (
    {%- for family in families %}
    select
        source,
        object,
        field,
        team_id,
        pipeline,
        week_start,
        measure,
        record_type,
        category,
        measured_count,
        row_count
    from {{ ref(family) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

edits as (
    select * from {{ ref('int_collection_edits_counted') }}
),

by_population as (
    select
        'all' as population,
        *
    from cells
    union all
    select
        'team:' || team_id as population,
        *
    from cells
    where team_id is not null
    union all
    select
        'pipeline:' || pipeline as population,
        *
    from cells
    where pipeline is not null and pipeline <> 'default'
),

final as (
    select
        source,
        object,
        field,
        population,
        week_start,
        measure,
        record_type,
        category,
        cast(sum(measured_count) as bigint) as value,
        cast(sum(row_count) as bigint) as row_count
    from by_population
    group by source, object, field, population, week_start, measure, record_type, category
    union all
    select
        source,
        object,
        field,
        population,
        week_start,
        measure,
        '' as record_type,
        cast(null as varchar) as category,
        cast(measured_count as bigint) as value,
        cast(row_count as bigint) as row_count
    from edits
)

select * from final
