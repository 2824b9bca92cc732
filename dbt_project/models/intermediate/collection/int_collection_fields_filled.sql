{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_weeks() }}') }}
-- How many records of a week have each field that may be left blank.
with

weeks as (
    {{ weeks_to_count(profiled_fills() | map('first')) }}
),

records as (
    select
        records.*,
        weeks.week_fingerprint
    from {{ ref('int_collection_records_placed') }} as records
    inner join weeks
        on
            records.source = weeks.source
            and records.object = weeks.object
            and records.week_start = weeks.week_start
    where not records.is_copy
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
