-- How many of the deals that closed in a week have a trail of activities.
with

records as (
    select * from {{ ref('int_collection_records_placed') }}
    where object = 'opportunity' and dated_by = 'close_date' and not is_copy
),

trails as (
    select distinct opportunity_id
    from {{ ref('int_activities_judged') }}
    where exclusion_reason is null and opportunity_id is not null
),

final as (
    select
        records.source,
        'activity' as object,
        'opportunity_id' as field,
        records.team_id,
        records.pipeline,
        records.week_start,
        'trail_count' as measure,
        '' as record_type,
        cast(null as varchar) as category,
        count(trails.opportunity_id) as measured_count,
        count(*) as row_count
    from records
    left join trails on records.opportunity_id = trails.opportunity_id
    group by records.source, records.team_id, records.pipeline, records.week_start
)

select * from final
