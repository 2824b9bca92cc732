-- noqa: disable=LT09
-- Which breaks affect which figures. A break of all affects every segment with data from its source; a team's break affects the team, the
-- teams above and below it, the company, and the reps who were in it at the time; a pipeline's break affects that pipeline and the figures of
-- all pipelines; a dismissed break affects none. It covers the whole segment where all data of the segment is in its population.
with

breaks as (
    select
        *,
        case when population like 'team:%' then substring(population, 6) end as break_team_id,
        case when population like 'pipeline:%' then substring(population, 10) end as break_pipeline,
        {{ add_days('starts_on', -1) }} as day_before,
        coalesce(ends_on, starts_on) as last_on
    from {{ ref('collection_break') }}
    where review is distinct from 'dismissed'
),

rep_sources as (
    select
        rep_id,
        source,
        count(*) over (partition by rep_id) = 1 as is_all_of_rep
    from (select distinct rep_id, source from {{ ref('int_rep_sources_listed') }}) as distinct_sources
),

sources as (
    select count(distinct source) = 1 as is_only_source from rep_sources
),

members as (
    select * from {{ ref('int_source_members') }}
),

ancestors as (
    select * from {{ ref('dim_team_ancestors') }}
),

pipelines as (
    select * from {{ ref('int_collection_pipelines') }}
),

break_segments as (
    select
        breaks.break_id, 'company' as segment_type, 'company' as segment_id,
        breaks.break_team_id is null and sources.is_only_source as covers_segment
    from breaks
    cross join sources
    union all
    select
        breaks.break_id, 'rep' as segment_type, 'unassigned' as segment_id,
        sources.is_only_source as covers_segment
    from breaks
    cross join sources
    where breaks.break_team_id is null
    union all
    select
        breaks.break_id, 'rep' as segment_type, rep_sources.rep_id as segment_id,
        rep_sources.is_all_of_rep as covers_segment
    from breaks
    inner join rep_sources on breaks.source = rep_sources.source
    where breaks.break_team_id is null
    union all
    select distinct
        breaks.break_id, 'rep' as segment_type, members.rep_id as segment_id,
        members.is_all_of_rep as covers_segment
    from breaks
    inner join members
        on
            breaks.source = members.source
            and breaks.break_team_id = members.team_id
            and breaks.last_on >= members.valid_from
            and breaks.day_before <= members.valid_to
    union all
    select distinct
        breaks.break_id, 'team' as segment_type, members.team_id as segment_id,
        members.is_all_of_team as covers_segment
    from breaks
    inner join members
        on
            breaks.source = members.source
            and breaks.last_on >= members.valid_from
            and breaks.day_before <= members.valid_to
    left join ancestors
        on
            breaks.break_team_id = ancestors.ancestor_team_id
            and members.team_id = ancestors.team_id
    where breaks.break_team_id is null or ancestors.team_id is not null
    union all
    select
        breaks.break_id, 'team' as segment_type, ancestors.ancestor_team_id as segment_id,
        false as covers_segment
    from breaks
    inner join ancestors on breaks.break_team_id = ancestors.team_id
    where ancestors.ancestor_team_id <> breaks.break_team_id
),

break_metrics as (
    select
        break_id,
        {{ each_part('metrics', ',') }} as metric
    from breaks
),

break_figures as (
    select
        break_segments.segment_type,
        break_segments.segment_id,
        break_metrics.metric,
        metrics.is_shown_by_pipeline,
        breaks.*,
        break_segments.covers_segment
    from break_segments
    inner join breaks on break_segments.break_id = breaks.break_id
    inner join break_metrics on break_segments.break_id = break_metrics.break_id
    inner join {{ ref('metrics') }} as metrics on break_metrics.metric = metrics.metric
),

final as (
    select
        segment_type,
        segment_id,
        '' as pipeline,
        metric,
        break_id,
        covers_segment and break_pipeline is null as covers_whole_segment
    from break_figures
    union all
    select
        break_figures.segment_type,
        break_figures.segment_id,
        pipelines.pipeline,
        break_figures.metric,
        break_figures.break_id,
        break_figures.covers_segment as covers_whole_segment
    from break_figures
    inner join pipelines on break_figures.source = pipelines.source
    where
        break_figures.is_shown_by_pipeline
        and coalesce(break_figures.break_pipeline, pipelines.pipeline) = pipelines.pipeline
        -- the funnel of leads and those of deals have only the deals in common, and where a deal's lead came from
        and (break_figures.object <> 'lead' or pipelines.pipeline = 'leads' or break_figures.field = 'source')
        and (break_figures.object <> 'stage_event' or pipelines.pipeline <> 'leads')
)

select * from final
