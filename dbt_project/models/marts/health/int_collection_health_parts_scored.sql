-- The weight of each part of a week's health and its points: the weight by the share of records that are as they should be, rounded. The
-- weight of parts that cannot be measured is spread over the others in proportion to theirs, in whole points that sum to 100.
with

measured as (
    select * from {{ ref('int_collection_health_parts_measured') }}
),

objects as (
    select distinct
        source,
        object
    from {{ ref('int_collection_profiles_counted') }}
    where measure = 'row_count'
),

metric_fields as (
    select * from {{ ref('metric_fields') }}
),

parts as (
    select * from {{ ref('collection_health_parts') }}
),

break_metrics as (
    select
        break_id,
        {{ each_part('metrics', ',') }} as metric
    from {{ ref('collection_break') }}
),

weeks as (
    select distinct
        source,
        team_id,
        week_start
    from measured
),

fed as (
    select
        objects.source,
        count(distinct metric_fields.metric) as metric_count
    from objects
    inner join metric_fields on objects.object = metric_fields.object
    group by objects.source
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
    select
        source,
        team_id,
        week_start,
        part,
        measured_count,
        row_count
    from measured
    union all
    select
        weeks.source,
        weeks.team_id,
        weeks.week_start,
        'undisturbed' as part,
        fed.metric_count - coalesce(affected.metric_count, 0) as measured_count,
        fed.metric_count as row_count
    from weeks
    inner join fed on weeks.source = fed.source
    left join affected
        on
            weeks.source = affected.source
            and weeks.team_id = affected.team_id
            and weeks.week_start = affected.week_start
),

summed as (
    select
        shares.*,
        parts.weight,
        cast(
            sum(parts.weight) over (
                partition by shares.source, shares.team_id, shares.week_start order by parts.position
            ) as double
        ) as weight_so_far,
        cast(
            sum(parts.weight) over (partition by shares.source, shares.team_id, shares.week_start) as double
        ) as weight_of_all
    from shares
    inner join parts on shares.part = parts.part
),

weighted as (
    select
        *,
        cast(
            floor((200 * weight_so_far + weight_of_all) / (2 * weight_of_all))
            - floor((200 * (weight_so_far - weight) + weight_of_all) / (2 * weight_of_all)) as integer
        ) as spread_weight
    from summed
),

final as (
    select
        source,
        team_id,
        week_start,
        part,
        round(cast(measured_count as double) / cast(row_count as double), 12) as part_share,
        spread_weight as part_weight,
        cast(
            floor(cast(2 * spread_weight * measured_count + row_count as double) / cast(2 * row_count as double)) as integer
        ) as part_points
    from weighted
)

select * from final
