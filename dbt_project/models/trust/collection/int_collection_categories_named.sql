-- The values of a field by their names as far as they are among its commonest over all weeks; the rest are (others). What is filled in by
-- default is one of the commonest, and stands in several records.
{% set values_kept = 24 %}
{% set defaults_kept = 12 %}
{% set fewest_of_a_default = 8 %}
with

counted as (
    select * from {{ ref('int_collection_categories_counted') }}
),

frequencies as (
    select
        source,
        object,
        field,
        measure,
        record_type,
        category,
        sum(measured_count) as record_count,
        row_number() over (
            partition by source, object, field, measure, record_type order by sum(measured_count) desc, category asc
        ) as position_of_category
    from counted
    group by source, object, field, measure, record_type, category
),

commonest as (
    select * from frequencies
    where
        (measure <> 'default_count' and position_of_category <= {{ values_kept }})
        or (
            measure = 'default_count'
            and position_of_category <= {{ defaults_kept }}
            and record_count >= {{ fewest_of_a_default }}
        )
),

named as (
    select
        counted.source,
        counted.object,
        counted.field,
        counted.team_id,
        counted.pipeline,
        counted.week_start,
        counted.measure,
        counted.record_type,
        coalesce(commonest.category, '(others)') as category,
        counted.measured_count,
        counted.row_count
    from counted
    left join commonest
        on
            counted.source = commonest.source
            and counted.object = commonest.object
            and counted.field = commonest.field
            and counted.measure = commonest.measure
            and counted.record_type = commonest.record_type
            and counted.category = commonest.category
),

final as (
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
        cast(sum(measured_count) as bigint) as measured_count,
        cast(sum(row_count) as bigint) as row_count
    from named
    group by source, object, field, team_id, pipeline, week_start, measure, record_type, category
)

select * from final
