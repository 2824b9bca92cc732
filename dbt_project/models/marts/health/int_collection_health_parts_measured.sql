-- The parts of a week's health that its profile shows, by source and team, and for all of the source: how many of the records that were
-- checked are as they should be. A field that a source never delivers is not checked. Edits of fewer records at once are made by hand.
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

parts as (
    select * from {{ ref('collection_health_parts') }}
),

-- a field, or the activity history of deals, is checked once the source has filled it
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

checked as (
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
        parts.part,
        sum(profiles.value) as measured_count,
        sum(profiles.row_count) as row_count
    from profiles
    inner join checked
        on
            profiles.source = checked.source
            and profiles.object = checked.object
            and profiles.field = checked.field
            and profiles.measure = checked.measure
            and profiles.record_type = checked.record_type
    inner join parts on profiles.measure = parts.measure
    group by profiles.source, profiles.team_id, profiles.week_start, parts.part
),

others as (
    select
        profiles.source,
        profiles.team_id,
        profiles.week_start,
        parts.part,
        sum(
            case
                when
                    profiles.measure = 'lag_count'
                    and profiles.category in ('0 before', '5 two weeks', '6 month', '7 later')
                    then 0
                when profiles.measure = 'lag_count' then profiles.value
                when profiles.measure = 'largest_edit_count' and profiles.value < {{ fewest_at_once }} then profiles.row_count
                else profiles.row_count - profiles.value
            end
        ) as measured_count,
        sum(profiles.row_count) as row_count
    from profiles
    inner join parts on profiles.measure = parts.measure
    where
        profiles.measure in ('lag_count', 'copy_count')
        or (profiles.measure = 'largest_edit_count' and profiles.field in ('updated_at', 'logged_at', 'changed_at'))
    group by profiles.source, profiles.team_id, profiles.week_start, parts.part
),

unioned as (
    select * from filled
    union all
    select * from others
),

final as (
    select
        source,
        team_id,
        week_start,
        part,
        cast(measured_count as bigint) as measured_count,
        cast(row_count as bigint) as row_count
    from unioned
    where row_count > 0
)

select * from final
