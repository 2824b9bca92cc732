-- Which breaks touch which numbers. A break of all touches everybody whose data comes from its source; a team's touches the team, the
-- teams above and below it, the company, and the reps who were in it when it came; a pipeline's touches that pipeline and what is
-- counted over all pipelines; a dismissed one nobody. It is whole where the break's population holds all of the segment's data.
with

breaks as (
    select
        breaks.*,
        case when breaks.population like 'team:%' then substring(breaks.population, 6) end as break_team_id,
        case when breaks.population like 'pipeline:%' then substring(breaks.population, 10) end as break_pipeline
    from {{ ref('int_collection_breaks_unioned') }} as breaks
    where breaks.review is distinct from 'dismissed'
),

break_metrics as (
    select
        break_metrics.*,
        metrics.is_shown_by_pipeline
    from {{ ref('int_break_metrics_mapped') }} as break_metrics
    inner join {{ ref('metrics') }} as metrics on break_metrics.metric = metrics.metric
),

rep_sources as (
    select distinct
        rep_id,
        source
    from {{ ref('int_rep_sources_listed') }}
),

rep_teams as (
    select * from {{ ref('int_team_memberships') }}
),

ancestors as (
    select * from {{ ref('dim_team_ancestors') }}
),

pipelines as (
    select * from {{ ref('int_collection_pipelines_listed') }}
),

source_counts as (
    select count(distinct source) as source_count from rep_sources
),

rep_source_counts as (
    select
        rep_id,
        count(*) as source_count
    from rep_sources
    group by rep_id
),

-- in which teams, with those above them, each source's reps are
placed as (
    select
        rep_teams.rep_id,
        rep_sources.source,
        ancestors.ancestor_team_id as team_id,
        rep_teams.valid_from,
        rep_teams.valid_to
    from rep_teams
    inner join rep_sources on rep_teams.rep_id = rep_sources.rep_id
    inner join ancestors on rep_teams.team_id = ancestors.team_id
),

team_source_counts as (
    select
        team_id,
        count(distinct source) as source_count
    from placed
    group by team_id
),

-- who has been in more than one team
movers as (
    select rep_id
    from rep_teams
    group by rep_id
    having count(distinct coalesce(team_id, '')) > 1
),

by_segment as (
    select
        breaks.break_id,
        'company' as segment_type,
        'company' as segment_id,
        breaks.break_team_id is null and source_counts.source_count = 1 as is_whole
    from breaks
    cross join source_counts
    union all
    select
        breaks.break_id,
        'rep' as segment_type,
        'unassigned' as segment_id,
        source_counts.source_count = 1 as is_whole
    from breaks
    cross join source_counts
    where breaks.break_team_id is null
    union all
    select
        breaks.break_id,
        'rep' as segment_type,
        rep_sources.rep_id as segment_id,
        rep_source_counts.source_count = 1 as is_whole
    from breaks
    inner join rep_sources on breaks.source = rep_sources.source
    inner join rep_source_counts on rep_sources.rep_id = rep_source_counts.rep_id
    where breaks.break_team_id is null
    union all
    select distinct
        breaks.break_id,
        'rep' as segment_type,
        placed.rep_id as segment_id,
        rep_source_counts.source_count = 1 and movers.rep_id is null as is_whole
    from breaks
    inner join placed
        on
            breaks.source = placed.source
            and breaks.break_team_id = placed.team_id
            and placed.valid_from <= coalesce(breaks.ends_on, breaks.starts_on)
            and placed.valid_to >= {{ add_days('breaks.starts_on', -1) }}
    inner join rep_source_counts on placed.rep_id = rep_source_counts.rep_id
    left join movers on placed.rep_id = movers.rep_id
    union all
    select distinct
        breaks.break_id,
        'team' as segment_type,
        placed.team_id as segment_id,
        team_source_counts.source_count = 1 as is_whole
    from breaks
    inner join placed
        on
            breaks.source = placed.source
            and placed.valid_from <= coalesce(breaks.ends_on, breaks.starts_on)
            and placed.valid_to >= {{ add_days('breaks.starts_on', -1) }}
    inner join team_source_counts on placed.team_id = team_source_counts.team_id
    where breaks.break_team_id is null
    union all
    select distinct
        breaks.break_id,
        'team' as segment_type,
        placed.team_id as segment_id,
        team_source_counts.source_count = 1 as is_whole
    from breaks
    inner join ancestors on breaks.break_team_id = ancestors.ancestor_team_id
    inner join placed
        on
            breaks.source = placed.source
            and ancestors.team_id = placed.team_id
            and placed.valid_from <= coalesce(breaks.ends_on, breaks.starts_on)
            and placed.valid_to >= {{ add_days('breaks.starts_on', -1) }}
    inner join team_source_counts on placed.team_id = team_source_counts.team_id
    union all
    select
        breaks.break_id,
        'team' as segment_type,
        ancestors.ancestor_team_id as segment_id,
        false as is_whole
    from breaks
    inner join ancestors on breaks.break_team_id = ancestors.team_id
    where ancestors.ancestor_team_id <> breaks.break_team_id
),

final as (
    select
        by_segment.segment_type,
        by_segment.segment_id,
        '' as pipeline,
        break_metrics.metric,
        by_segment.break_id,
        by_segment.is_whole and breaks.break_pipeline is null as is_whole
    from by_segment
    inner join breaks on by_segment.break_id = breaks.break_id
    inner join break_metrics on by_segment.break_id = break_metrics.break_id
    union all
    select
        by_segment.segment_type,
        by_segment.segment_id,
        pipelines.pipeline,
        break_metrics.metric,
        by_segment.break_id,
        by_segment.is_whole
    from by_segment
    inner join breaks on by_segment.break_id = breaks.break_id
    inner join break_metrics on by_segment.break_id = break_metrics.break_id
    inner join pipelines on breaks.source = pipelines.source
    where
        break_metrics.is_shown_by_pipeline
        and coalesce(breaks.break_pipeline, pipelines.pipeline) = pipelines.pipeline
        -- the funnel of leads and those of deals have only the deals in common, and where a deal's lead came from
        and (breaks.object <> 'lead' or pipelines.pipeline = 'leads' or breaks.field = 'source')
        and (breaks.object <> 'stage_event' or pipelines.pipeline <> 'leads')
)

select * from final
