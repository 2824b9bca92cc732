-- How many records a week brings, by type of activity where the object has types, and how many copies came along.
with

records as (
    select * from {{ ref('int_collection_records_placed') }}
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
        count(*) as read_count,
        count(case when not is_copy then 1 end) as record_count,
        count(case when is_copy then 1 end) as copy_count
    from records
    group by source, object, dated_by, record_type, team_id, pipeline, week_start
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
        record_count as row_count
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
        sum(copy_count) as measured_count,
        sum(read_count) as row_count
    from counted
    where dated_by = 'rows'
    group by source, object, dated_by, team_id, pipeline, week_start
)

select * from final
