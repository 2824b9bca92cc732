-- Numbers that the same breaks touch and that are recorded in the same spans were collected alike: they are one scope, so that
-- each is judged once.
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

pipelines as (
    select distinct pipeline from {{ ref('int_collection_pipelines_listed') }}
),

touches as (
    select * from {{ ref('int_collection_touches_found') }}
),

spans as (
    select * from {{ ref('int_recorded_spans_merged') }}
),

beginnings as (
    select * from {{ ref('int_collection_beginnings_dated') }}
),

numbers as (
    select
        segments.segment_type,
        segments.segment_id,
        '' as pipeline,
        metrics.metric
    from segments
    cross join metrics
    union all
    select
        segments.segment_type,
        segments.segment_id,
        pipelines.pipeline,
        metrics.metric
    from segments
    cross join metrics
    cross join pipelines
    where metrics.is_shown_by_pipeline
),

touched as (
    select
        segment_type,
        segment_id,
        pipeline,
        metric,
        {{ listed_in_order("break_id || case when is_whole then '=' else '' end", 'break_id') }} as breaks_listed
    from touches
    group by segment_type, segment_id, pipeline, metric
),

recorded as (
    select
        segment_type,
        segment_id,
        metric,
        {{ listed_in_order("cast(recorded_from as varchar) || '/' || cast(recorded_to as varchar)", 'recorded_from') }}
            as spans_listed
    from spans
    group by segment_type, segment_id, metric
),

described as (
    select
        numbers.*,
        coalesce(touched.breaks_listed, '') || ' ' || coalesce(recorded.spans_listed, '') as description,
        beginnings.data_begins_on
    from numbers
    left join touched
        on
            numbers.segment_type = touched.segment_type
            and numbers.segment_id = touched.segment_id
            and numbers.pipeline = touched.pipeline
            and numbers.metric = touched.metric
    left join recorded
        on
            numbers.segment_type = recorded.segment_type
            and numbers.segment_id = recorded.segment_id
            and numbers.metric = recorded.metric
    left join beginnings
        on
            numbers.segment_type = beginnings.segment_type
            and numbers.segment_id = beginnings.segment_id
            and numbers.metric = beginnings.metric
),

final as (
    select
        segment_type,
        segment_id,
        pipeline,
        metric,
        dense_rank() over (order by description) as scope_id,
        data_begins_on,
        row_number() over (
            partition by description order by segment_type, segment_id, metric, pipeline
        ) = 1 as stands_for_scope
    from described
)

select * from final
