-- The parts of a week's health that its profile shows, by source and team, and for all of the source: how many of what was looked at are
-- as they should be. What a source never delivers is not asked of it.
-- an edit of fewer records at once is somebody's work
{% set fewest_at_once = 8 %}

with

profiles as (
    select
        *,
        case when population = 'all' then 'all' else substring(population, 6) end as team_id
    from {{ ref('int_collection_profiles_counted') }}
    where population = 'all' or population like 'team:%'
),

metric_fields as (
    select * from {{ ref('metric_fields') }}
),

-- a field, or the trail of deals, counts from a source that has filled it at least once
delivered as (
    select
        source,
        object,
        field,
        measure,
        record_type
    from profiles
    where team_id = 'all' and measure in ('filled_count', 'trail_count')
    group by source, object, field, measure, record_type
    having sum(value) > 0
),

asked as (
    select distinct
        delivered.source,
        delivered.object,
        delivered.field,
        delivered.measure,
        delivered.record_type
    from delivered
    left join metric_fields
        on
            delivered.object = metric_fields.object
            and delivered.field = metric_fields.field
            and coalesce(delivered.record_type = metric_fields.record_type, true)
    where delivered.measure = 'trail_count' or metric_fields.metric is not null
),

filled as (
    select
        profiles.source,
        profiles.team_id,
        profiles.week_start,
        case profiles.measure when 'trail_count' then 'trail' else 'filled' end as part,
        sum(profiles.value) as measured_count,
        sum(profiles.row_count) as row_count
    from profiles
    inner join asked
        on
            profiles.source = asked.source
            and profiles.object = asked.object
            and profiles.field = asked.field
            and profiles.measure = asked.measure
            and profiles.record_type = asked.record_type
    group by profiles.source, profiles.team_id, profiles.week_start, profiles.measure
),

others as (
    select
        source,
        team_id,
        week_start,
        case measure when 'lag_count' then 'on_time' when 'copy_count' then 'unique' else 'by_hand' end as part,
        sum(
            case
                when measure = 'lag_count'
                    then case when category in ('0 before', '5 two weeks', '6 month', '7 later') then 0 else value end
                when measure = 'largest_edit_count' and value < {{ fewest_at_once }} then row_count
                else row_count - value
            end
        ) as measured_count,
        sum(row_count) as row_count
    from profiles
    where
        measure in ('lag_count', 'copy_count')
        or (measure = 'largest_edit_count' and field in ('updated_at', 'logged_at', 'changed_at'))
    group by source, team_id, week_start, measure
),

final as (
    select
        source,
        team_id,
        week_start,
        part,
        cast(measured_count as bigint) as measured_count,
        cast(row_count as bigint) as row_count
    from filled
    where row_count > 0
    union all
    select
        source,
        team_id,
        week_start,
        part,
        cast(measured_count as bigint) as measured_count,
        cast(row_count as bigint) as row_count
    from others
    where row_count > 0
)

select * from final
