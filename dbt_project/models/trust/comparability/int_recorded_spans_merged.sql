-- The spans in which each segment's metric is recorded, apart from one another. A metric of which nobody says since when it is recorded
-- always is, where there is anything of it, and breaks alone take from it.
with

segments as (
    select
        segment_type,
        segment_id
    from {{ ref('int_segments_listed') }}
),

metrics as (
    select
        metric,
        {{ recorded_as('metric') }} as recorded_as
    from {{ ref('metrics') }}
),

uncounted as (
    select metric from {{ ref('metrics') }}
    where not can_have_quota
),

beginnings as (
    select * from {{ ref('int_collection_beginnings_dated') }}
),

recordings as (
    select * from {{ ref('int_metric_recordings') }}
),

followed as (
    select
        *,
        max(recorded_to) over (
            partition by assignee_type, assignee_id, metric
            order by recorded_from, recorded_to
            rows between unbounded preceding and 1 preceding
        ) as known_to
    from recordings
),

numbered as (
    select
        *,
        sum(case when {{ add_days('recorded_from', -1) }} <= known_to then 0 else 1 end) over (
            partition by assignee_type, assignee_id, metric
            order by recorded_from, recorded_to
            rows between unbounded preceding and current row
        ) as position_of_span
    from followed
),

merged as (
    select
        assignee_type,
        assignee_id,
        metric,
        min(recorded_from) as recorded_from,
        max(recorded_to) as recorded_to
    from numbered
    group by assignee_type, assignee_id, metric, position_of_span
),

final as (
    select
        segments.segment_type,
        segments.segment_id,
        metrics.metric,
        merged.recorded_from,
        merged.recorded_to
    from metrics
    inner join merged on metrics.recorded_as = merged.metric
    inner join segments
        on
            merged.assignee_type = segments.segment_type
            and merged.assignee_id = segments.segment_id
    union all
    select
        beginnings.segment_type,
        beginnings.segment_id,
        beginnings.metric,
        cast('0001-01-01' as date) as recorded_from,
        cast('9999-12-31' as date) as recorded_to
    from metrics
    inner join uncounted on metrics.recorded_as = uncounted.metric
    inner join beginnings on metrics.metric = beginnings.metric
)

select * from final
