-- Which values a week's records have, in every field with few of them, and of what shape their keys are.
{% set fields = [
    ('activity', 'activity_type', 'record_type', 'category_count'),
    ('activity', 'direction', 'direction', 'category_count'),
    ('activity', 'outcome', 'outcome', 'category_count'),
    ('opportunity', 'currency', 'currency', 'category_count'),
    ('opportunity', 'opportunity_type', 'opportunity_type', 'category_count'),
    ('opportunity', 'loss_reason', 'loss_reason', 'category_count'),
    ('lead', 'source', 'label', 'category_count'),
    ('stage_event', 'to_stage', 'label', 'category_count'),
    ('activity', 'activity_id', 'key_shape', 'key_shape_count'),
    ('opportunity', 'opportunity_id', 'key_shape', 'key_shape_count'),
    ('lead', 'lead_id', 'key_shape', 'key_shape_count'),
] %}
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
    {%- for object, field, column, measure in fields %}
    select
        source,
        object,
        '{{ field }}' as field,
        team_id,
        pipeline,
        week_start,
        '{{ measure }}' as measure,
        {{ column }} as category,
        count(*) as measured_count
    from records
    where
        object = '{{ object }}'
        and dated_by = '{{ 'close_date' if field == 'loss_reason' else 'rows' }}'
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

final as (
    select
        counted.source,
        counted.object,
        counted.field,
        counted.team_id,
        counted.pipeline,
        counted.week_start,
        counted.measure,
        '' as record_type,
        case when frequencies.position_of_category <= {{ values_kept }} then counted.category else '(others)' end as category,
        counted.measured_count,
        counted.measured_count as row_count
    from counted
    inner join frequencies
        on
            counted.source = frequencies.source
            and counted.object = frequencies.object
            and counted.field = frequencies.field
            and counted.category = frequencies.category
)

select * from final
