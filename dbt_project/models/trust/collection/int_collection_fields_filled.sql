{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_weeks() }}') }}
-- How many records of a week have each field that may be left blank.
with

placed as (
    {{ rows_of_weeks_to_count('int_collection_records_placed', profiled_fills() | map('first')) }}
),

records as (
    select * from placed
    where not is_copy
),

final as (
    {%- for object, dated_by, field, column, condition in profiled_fills() %}
    select
        source,
        object,
        '{{ field }}' as field,
        team_id,
        pipeline,
        week_start,
        'filled_count' as measure,
        record_type,
        cast(null as varchar) as category,
        count({{ column }}) as measured_count,
        count(*) as row_count,
        week_fingerprint
    from records
    where object = '{{ object }}' and dated_by = '{{ dated_by }}' and {{ condition }}
    group by source, object, team_id, pipeline, week_start, record_type, week_fingerprint
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select * from final
