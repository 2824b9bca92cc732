-- The parts of a week's health of collection, by source and team, and for all of the source: the share of the records that are as they should be,
-- and its points. A field that a source never delivers is not checked. The weight of parts that cannot be measured is spread over the others
-- in proportion to theirs, in whole points that sum to 100.
{#- Edits of fewer records within ten minutes are made by hand. -#}
{% set fewest_at_once = 8 %}

with

profiles as (
    select
        *,
        case when population = 'all' then 'all' else substring(population, 6) end as team_id
    from {{ ref('int_collection_profiles_counted') }}
    where population not like 'pipeline:%'
),

-- a field that a metric depends on, or the activity history of deals, once the source has filled it
checked as (
    select
        profiles.source,
        profiles.object,
        profiles.field,
        profiles.measure,
        profiles.record_type,
        true as is_checked
    from profiles
    left join {{ ref('metric_fields') }} as fields
        on
            profiles.object = fields.object
            and profiles.field = fields.field
            and coalesce(profiles.record_type = fields.record_type, true)
    where
        profiles.team_id = 'all'
        and (profiles.measure = 'activity_history_count' or (profiles.measure = 'filled_count' and fields.metric is not null))
    group by profiles.source, profiles.object, profiles.field, profiles.measure, profiles.record_type
    having sum(profiles.value) > 0
),

measured as (
    select
        source,
        profiles.team_id,
        profiles.week_start,
        parts.part,
        cast(sum(case
            when measure in ('filled_count', 'activity_history_count') then profiles.value
            when measure = 'lag_count' and profiles.category not in ('0 before', '5 two weeks', '6 month', '7 later')
                then profiles.value
            when measure = 'lag_count' then 0
            when measure = 'largest_edit_count' and profiles.value < {{ fewest_at_once }} then profiles.row_count
            else profiles.row_count - profiles.value
        end) as bigint) as measured_count,
        cast(sum(profiles.row_count) as bigint) as row_count
    from profiles
    inner join {{ ref('collection_health_parts') }} as parts using (measure)
    left join checked using (source, object, field, measure, record_type)
    where
        checked.is_checked
        or measure in ('lag_count', 'copy_count')
        or (measure = 'largest_edit_count' and field in ('updated_at', 'logged_at', 'changed_at'))
    group by source, profiles.team_id, profiles.week_start, parts.part
    having max(profiles.row_count) > 0
),

-- the metrics that each source feeds
fed as (
    select
        profiles.source,
        count(distinct metric_fields.metric) as metric_count
    from profiles
    inner join {{ ref('metric_fields') }} as metric_fields on profiles.object = metric_fields.object
    where profiles.measure = 'row_count'
    group by profiles.source
),

break_metrics as (
    select
        break_id,
        {{ each_part('metrics', ',') }} as metric
    from {{ ref('collection_break') }}
),

affected as (
    select
        breaks.source,
        breaks.team_id,
        breaks.week_start,
        count(distinct break_metrics.metric) as metric_count
    from {{ ref('int_collection_health_breaks') }} as breaks
    inner join break_metrics on breaks.break_id = break_metrics.break_id
    where breaks.is_open
    group by breaks.source, breaks.team_id, breaks.week_start
),

shares as (
    select * from measured
    union all
    select distinct
        source,
        team_id,
        week_start,
        'undisturbed' as part,
        fed.metric_count - coalesce(affected.metric_count, 0) as measured_count,
        fed.metric_count as row_count
    from measured
    inner join fed using (source)
    left join affected using (source, team_id, week_start)
),

weighted as (
    select
        shares.*,
        parts.weight,
        cast(sum(parts.weight) over (weights_of_week order by parts.position) as double) as weight_so_far,
        cast(sum(parts.weight) over weights_of_week as double) as weight_of_all
    from shares
    inner join {{ ref('collection_health_parts') }} as parts on shares.part = parts.part
    window weights_of_week as (partition by shares.source, shares.team_id, shares.week_start)
),

spread as (
    select
        *,
        cast(
            floor((200 * weight_so_far + weight_of_all) / (2 * weight_of_all))
            - floor((200 * (weight_so_far - weight) + weight_of_all) / (2 * weight_of_all)) as integer
        ) as part_weight
    from weighted
),

final as (
    select
        source,
        team_id,
        week_start,
        part,
        measured_count,
        row_count,
        part_weight,
        round(cast(measured_count as double) / cast(row_count as double), 12) as part_share,
        cast(
            floor(cast(2 * part_weight * measured_count + row_count as double) / cast(2 * row_count as double)) as integer
        ) as part_points
    from spread
)

select * from final
