{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_weeks() }}') }}
-- How many of the deals that closed in a week have a trail of activities.
with

placed as (
    {{ rows_of_weeks_to_count('int_collection_records_placed', ['opportunity']) }}
),

records as (
    select * from placed
    where dated_by = 'close_date' and not is_copy
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
