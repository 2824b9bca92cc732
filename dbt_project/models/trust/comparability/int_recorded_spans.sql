-- The spans in which each segment's metric is recorded; they do not overlap. A metric whose recording has no known beginning is always
-- recorded where it has data; only breaks take from it.
with

segments as (
    select
        segment_type,
        segment_id
    from {{ ref('int_segments_listed') }}
),

metrics as (
    select * from {{ ref('metrics') }}
),

metrics_without_quota as (
    select metric from {{ ref('metrics') }}
    where not can_have_quota
),

beginnings as (
    select * from {{ ref('int_data_beginnings') }}
),

recordings as (
    select * from {{ ref('int_metric_recordings') }}
),

with_earlier_ends as (
    select
        *,
        max(recorded_to) over (
            partition by assignee_type, assignee_id, metric
            order by recorded_from, recorded_to
            rows between unbounded preceding and 1 preceding
        ) as earlier_recorded_to
    from recordings
),

numbered as (
    select
        *,
        sum(case when {{ add_days('recorded_from', -1) }} <= earlier_recorded_to then 0 else 1 end) over (
            partition by assignee_type, assignee_id, metric
            order by recorded_from, recorded_to
            rows between unbounded preceding and current row
        ) as position_of_span
    from with_earlier_ends
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
    inner join metrics_without_quota on metrics.recorded_as = metrics_without_quota.metric
    inner join beginnings on metrics.metric = beginnings.metric
)

select * from final
