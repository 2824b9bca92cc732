{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_weeks() }}') }}
-- How many records of a week say what the one before them of the same owner said, in the fields whose records have values of their own.
with

placed as (
    {{ rows_of_weeks_to_count('int_collection_records_placed', profiled_repeats() | map('first')) }}
),

records as (
    select * from placed
    where not is_copy
),

filled as (
    {%- for object, dated_by, field, column, condition in profiled_repeats() %}
    select
        source,
        object,
        '{{ field }}' as field,
        team_id,
        pipeline,
        week_start,
        record_type,
        week_fingerprint,
        cast({{ column }} as varchar) as category,
        -- within the week, so that a week is counted without another
        lag(cast({{ column }} as varchar)) over (
            partition by source, record_type, owner_rep_id, week_start order by dated_on, happened_at, record_key
        ) as previous_category
    from records
    where
        object = '{{ object }}'
        and dated_by = '{{ dated_by }}'
        and {{ condition }}
        and {{ column }} is not null
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

final as (
    select
        source,
        object,
        field,
        team_id,
        pipeline,
        week_start,
        'repeated_count' as measure,
        record_type,
        cast(null as varchar) as category,
        count(case when category = previous_category then 1 end) as measured_count,
        count(*) as row_count,
        week_fingerprint
    from filled
    where previous_category is not null
    group by source, object, field, team_id, pipeline, week_start, record_type, week_fingerprint
)

select * from final
