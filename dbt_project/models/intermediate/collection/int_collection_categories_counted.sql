-- Which values a week's records have, in every field with few of them, and of what shape their keys are.
{% set fields = profiled_categories() + profiled_keys() %}
-- a field with more values than this is no list of values; what comes after the most frequent ones is one value
{% set values_kept = 24 %}

with

records as (
    select
        *,
        -- what stands before the number of a key; of a long random key nothing
        case
            when length(rtrim(record_key, '0123456789')) <= 6
                then rtrim(record_key, '0123456789') || '#'
            when record_key is not null then 'long'
        end as key_shape
    from {{ ref('int_collection_records_placed') }}
    where not is_copy
),

counted as (
    {%- for object, dated_by, field, column, condition in fields %}
    select
        source,
        object,
        '{{ field }}' as field,
        team_id,
        pipeline,
        week_start,
        '{{ 'key_shape_count' if column == 'key_shape' else 'category_count' }}' as measure,
        {{ column }} as category,
        count(*) as measured_count
    from records
    where
        object = '{{ object }}'
        and dated_by = '{{ dated_by }}'
        and {{ condition }}
        and {{ column }} is not null
    group by source, object, team_id, pipeline, week_start, {{ column }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

frequencies as (
    select
        source,
        object,
        field,
        category,
        row_number() over (
            partition by source, object, field order by sum(measured_count) desc, category asc
        ) as position_of_category
    from counted
    group by source, object, field, category
),

kept as (
    select
        counted.*,
        case
            when frequencies.position_of_category <= {{ values_kept }} then counted.category else '(others)'
        end as kept_category
    from counted
    inner join frequencies
        on
            counted.source = frequencies.source
            and counted.object = frequencies.object
            and counted.field = frequencies.field
            and counted.category = frequencies.category
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
        '' as record_type,
        kept_category as category,
        cast(sum(measured_count) as bigint) as measured_count,
        cast(sum(measured_count) as bigint) as row_count
    from kept
    group by source, object, field, team_id, pipeline, week_start, measure, kept_category
)

select * from final
