-- Figures that the same breaks affect and that are recorded in the same spans were collected alike: they are one scope, which is evaluated
-- once, through its representative.
with

pipelines as (
    select pipeline from {{ ref('fct_opportunities') }}
    union
    select 'leads' as pipeline
    union
    -- all pipelines together
    select '' as pipeline
),

figures as (
    select
        segments.segment_type,
        segments.segment_id,
        pipelines.pipeline,
        metrics.metric,
        metrics.recorded_as
    from {{ ref('int_segments_listed') }} as segments
    cross join {{ ref('metrics') }} as metrics
    cross join pipelines
    where metrics.is_shown_by_pipeline or pipelines.pipeline = ''
),

breaks_of_figures as (
    select
        segment_type,
        segment_id,
        pipeline,
        metric,
        {{ listed_in_order("break_id || cast(present_from as varchar) || cast(present_to as varchar)", 'break_id') }}
            as breaks_listed
    from {{ ref('int_affected_figures') }}
    group by segment_type, segment_id, pipeline, metric
),

recorded as (
    select
        segment_type,
        segment_id,
        recorded_as,
        {{ listed_in_order("cast(recorded_from as varchar) || '/' || cast(recorded_to as varchar)", 'recorded_from') }}
            as spans_listed,
        min(data_begins_on) as data_begins_on
    from {{ ref('int_recorded_spans') }}
    group by segment_type, segment_id, recorded_as
),

described as (
    select
        figures.*,
        recorded.data_begins_on,
        coalesce(breaks_of_figures.breaks_listed, '') || ' ' || coalesce(recorded.spans_listed, '') as description
    from figures
    left join breaks_of_figures using (segment_type, segment_id, pipeline, metric)
    left join recorded using (segment_type, segment_id, recorded_as)
),

final as (
    select
        segment_type,
        segment_id,
        pipeline,
        metric,
        recorded_as,
        dense_rank() over (order by description) as scope_id,
        data_begins_on,
        row_number() over (
            partition by description order by segment_type, segment_id, metric, pipeline
        ) = 1 as is_scope_representative
    from described
)

select * from final
