{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_weeks() }}') }}
-- How many records a week brings, by type of activity where the object has types, and how many copies came along.
with

records as (
    {{ rows_of_weeks_to_count('int_collection_records_placed') }}
),

counted as (
    select
        source,
        object,
        dated_by,
        record_type,
        team_id,
        pipeline,
        week_start,
        week_fingerprint,
        count(*) as read_count,
        count(case when not is_copy then 1 end) as record_count,
        count(case when is_copy then 1 end) as copy_count
    from records
    group by source, object, dated_by, record_type, team_id, pipeline, week_start, week_fingerprint
),

final as (
    select
        source,
        object,
        dated_by as field,
        team_id,
        pipeline,
        week_start,
        'row_count' as measure,
        record_type,
        cast(null as varchar) as category,
        record_count as measured_count,
        record_count as row_count,
        week_fingerprint
    from counted
    union all
    select
        source,
        object,
        dated_by as field,
        team_id,
        pipeline,
        week_start,
        'copy_count' as measure,
        '' as record_type,
        cast(null as varchar) as category,
        cast(sum(copy_count) as bigint) as measured_count,
        cast(sum(read_count) as bigint) as row_count,
        week_fingerprint
    from counted
    where dated_by = 'rows'
    group by source, object, dated_by, team_id, pipeline, week_start, week_fingerprint
)

select * from final
