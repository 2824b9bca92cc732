{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_weeks() }}') }}
-- How many of the deals that closed in a week have a trail of activities.
with

weeks as (
    {{ weeks_to_count(['opportunity']) }}
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
    where records.dated_by = 'close_date' and not records.is_copy
),

final as (
    select
        source,
        'activity' as object,
        'opportunity_id' as field,
        team_id,
        pipeline,
        week_start,
        'trail_count' as measure,
        '' as record_type,
        cast(null as varchar) as category,
        count(case when has_trail then 1 end) as measured_count,
        count(*) as row_count,
        week_fingerprint
    from records
    group by source, team_id, pipeline, week_start, week_fingerprint
)

select * from final
