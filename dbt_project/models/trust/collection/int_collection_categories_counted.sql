{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_weeks() }}') }}
-- Which values a week's records have, in fields with few of them and in those that may be filled by default, and of what shape their keys are.
{% set values = {
    'category_count': profiled_categories(),
    'default_count': profiled_repeats(),
    'key_shape_count': profiled_keys(),
} %}
{% set objects = (profiled_categories() + profiled_repeats() + profiled_keys()) | map('first') %}
with

placed as (
    {{ rows_of_weeks_to_count('int_collection_records_placed', objects) }}
),

records as (
    select * from placed
    where not is_copy
),

shaped as (
    select
        *,
        -- what stands before the number of a key; of a long random key nothing
        case
            when length(rtrim(record_key, '0123456789')) <= 6
                then rtrim(record_key, '0123456789') || '#'
            when record_key is not null then 'long'
        end as key_shape
    from records
),

final as (
    {%- for measure, fields in values.items() %}
    {%- set record_type = 'record_type' if measure == 'default_count' else "''" %}
    {%- for object, dated_by, field, column, condition in fields %}
    select
        source,
        object,
        '{{ field }}' as field,
        team_id,
        pipeline,
        week_start,
        '{{ measure }}' as measure,
        {{ record_type }} as record_type,
        cast({{ column }} as varchar) as category,
        count(*) as measured_count,
        count(*) as row_count,
        week_fingerprint
    from shaped
    where
        object = '{{ object }}'
        and dated_by = '{{ dated_by }}'
        and {{ condition }}
        and {{ column }} is not null
    group by source, object, team_id, pipeline, week_start, {{ record_type }}, {{ column }}, week_fingerprint
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select * from final
