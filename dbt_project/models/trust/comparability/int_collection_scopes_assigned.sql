-- Figures that the same breaks affect and that are recorded in the same spans were collected alike: they are one scope, which is evaluated
-- once, through its representative.
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
    select distinct pipeline from {{ ref('int_collection_pipelines') }}
),

affected_figures as (
    select * from {{ ref('int_affected_figures') }}
),

spans as (
    select * from {{ ref('int_recorded_spans') }}
),

beginnings as (
    select * from {{ ref('int_data_beginnings') }}
),

figures as (
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

breaks_of_figures as (
    select
        segment_type,
        segment_id,
        pipeline,
        metric,
        {{ listed_in_order("break_id || case when covers_whole_segment then '=' else '' end", 'break_id') }} as breaks_listed
    from affected_figures
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
        figures.*,
        coalesce(breaks_of_figures.breaks_listed, '') || ' ' || coalesce(recorded.spans_listed, '') as description,
        beginnings.data_begins_on
    from figures
    left join breaks_of_figures
        on
            figures.segment_type = breaks_of_figures.segment_type
            and figures.segment_id = breaks_of_figures.segment_id
            and figures.pipeline = breaks_of_figures.pipeline
            and figures.metric = breaks_of_figures.metric
    left join recorded
        on
            figures.segment_type = recorded.segment_type
            and figures.segment_id = recorded.segment_id
            and figures.metric = recorded.metric
    left join beginnings
        on
            figures.segment_type = beginnings.segment_type
            and figures.segment_id = beginnings.segment_id
            and figures.metric = beginnings.metric
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
        ) = 1 as is_scope_representative
    from described
)

select * from final
