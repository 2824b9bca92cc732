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
    select distinct
        canonical_id as rep_id,
        source,
        min(source) over (partition by canonical_id) = max(source) over (partition by canonical_id) as has_one_source
    from {{ ref('int_source_records_matched') }}
    where entity = 'rep'
),

sources as (
    select count(distinct source) = 1 as is_only_source from rep_sources
),

rep_teams as (
    select
        *,
        min(coalesce(team_id, '')) over (partition by rep_id)
        = max(coalesce(team_id, '')) over (partition by rep_id) as has_one_team
    from {{ ref('int_team_memberships') }}
),

ancestors as (
    select * from {{ ref('dim_team_ancestors') }}
),

-- the reps of each source in their teams and in the teams above
members as (
    select
        rep_teams.rep_id,
        rep_teams.valid_from,
        rep_teams.valid_to,
        rep_sources.source,
        rep_sources.has_one_source and rep_teams.has_one_team as is_all_of_rep,
        ancestors.ancestor_team_id as team_id,
        min(rep_sources.source) over (partition by ancestors.ancestor_team_id)
        = max(rep_sources.source) over (partition by ancestors.ancestor_team_id) as is_all_of_team
    from rep_teams
    inner join rep_sources on rep_teams.rep_id = rep_sources.rep_id
    inner join ancestors on rep_teams.team_id = ancestors.team_id
),

members_at_the_time as (
    select
        breaks.break_id,
        breaks.break_team_id,
        members.*
    from breaks
    inner join members
        on breaks.source = members.source and breaks.last_on >= members.valid_from and breaks.day_before <= members.valid_to
),

break_segments as (
    select
        breaks.break_id, everything.segment_type, everything.segment_id,
        breaks.break_team_id is null and sources.is_only_source as covers_segment
    from breaks
    cross join sources
    inner join (values ('company', 'company'), ('rep', 'unassigned')) as everything (segment_type, segment_id)
        on breaks.break_team_id is null or everything.segment_type = 'company'
    union all
    select
        breaks.break_id, 'rep' as segment_type, rep_sources.rep_id as segment_id,
        rep_sources.has_one_source as covers_segment
    from breaks
    inner join rep_sources on breaks.source = rep_sources.source
    where breaks.break_team_id is null
    union all
    select distinct
        break_id, 'rep' as segment_type, rep_id as segment_id,
        is_all_of_rep as covers_segment
    from members_at_the_time
    where break_team_id = team_id
    union all
    select distinct
        members.break_id, 'team' as segment_type, members.team_id as segment_id,
        members.is_all_of_team as covers_segment
    from members_at_the_time as members
    left join ancestors
        on members.break_team_id = ancestors.ancestor_team_id and members.team_id = ancestors.team_id
    where members.break_team_id is null or ancestors.team_id is not null
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

pipelines as (
    select source, pipeline from {{ ref('fct_opportunities') }}
    union
    select source, 'leads' as pipeline from {{ ref('int_lead_history') }}
    where exclusion_reason is null and known_to is null
    union
    -- all pipelines together
    select source, '' as pipeline from breaks
),

final as (
    select
        break_segments.segment_type,
        break_segments.segment_id,
        pipelines.pipeline,
        metrics.metric,
        breaks.break_id,
        break_segments.covers_segment
        and (breaks.break_pipeline is null or pipelines.pipeline <> '') as covers_whole_segment
    from breaks
    inner join break_segments on breaks.break_id = break_segments.break_id
    inner join break_metrics on breaks.break_id = break_metrics.break_id
    inner join {{ ref('metrics') }} as metrics on break_metrics.metric = metrics.metric
    inner join pipelines on breaks.source = pipelines.source
    where
        pipelines.pipeline = ''
        or (
            metrics.is_shown_by_pipeline
            and coalesce(breaks.break_pipeline, pipelines.pipeline) = pipelines.pipeline
            -- the funnel of leads and those of deals have only the deals in common, and where a deal's lead came from
            and (breaks.object <> 'lead' or pipelines.pipeline = 'leads' or breaks.field = 'source')
            and (breaks.object <> 'stage_event' or pipelines.pipeline <> 'leads')
        )
)

select * from final
