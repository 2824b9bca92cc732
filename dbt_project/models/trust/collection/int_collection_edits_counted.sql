{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_weeks() }}') }}
-- The largest number of records that were edited, logged or moved within the same ten minutes of a week, by one user where the source says
-- who, beside all of that week: an import or a script touches in minutes what people touch in weeks. By population, because a maximum
-- cannot be added up.
with

edits as (
    {{ rows_of_weeks_to_count('int_collection_edits_placed', ['opportunity', 'activity', 'stage_event']) }}
),

by_minutes as (
    select
        source,
        object,
        field,
        team_id,
        week_start,
        week_fingerprint,
        edited_by,
        date_trunc('hour', edited_at) as edited_hour,
        cast(floor(extract(minute from edited_at) / 10) as integer) as edited_minutes,
        count(*) as edit_count
    from edits
    group by
        source, object, field, team_id, week_start, week_fingerprint, edited_by,
        date_trunc('hour', edited_at), cast(floor(extract(minute from edited_at) / 10) as integer)
),

by_population as (
    select
        source,
        object,
        field,
        'team:' || team_id as population,
        week_start,
        week_fingerprint,
        edit_count
    from by_minutes
    where team_id is not null
    union all
    select
        source,
        object,
        field,
        'all' as population,
        week_start,
        week_fingerprint,
        sum(edit_count) as edit_count
    from by_minutes
    group by source, object, field, week_start, week_fingerprint, edited_by, edited_hour, edited_minutes
),

final as (
    select
        source,
        object,
        field,
        population,
        week_start,
        'largest_edit_count' as measure,
        cast(max(edit_count) as bigint) as measured_count,
        cast(sum(edit_count) as bigint) as row_count,
        week_fingerprint
    from by_population
    group by source, object, field, population, week_start, week_fingerprint
)

select * from final
