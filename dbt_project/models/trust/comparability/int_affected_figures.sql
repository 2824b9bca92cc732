-- noqa: disable=LT09
-- Which breaks affect which figures. A break of all affects every segment with data from its source; a team's break affects the team, the
-- teams above and below it, the company, and the reps who were in it at the time or while it leaves days unrecorded; a pipeline's break
-- affects that pipeline and the figures of all pipelines; a dismissed break affects none.
with

breaks as (
    select
        *,
        case when population like 'team:%' then substring(population, 6) end as break_team_id,
        case when population like 'pipeline:%' then substring(population, 10) end as break_pipeline,
        coalesce(unrecorded_from, {{ add_days('starts_on', -1) }}) as first_on,
        coalesce(unrecorded_to, ends_on, starts_on) as last_on
    from {{ ref('collection_break') }}
    where review is distinct from 'dismissed'
),

rep_sources as (
    select distinct
        canonical_id as rep_id,
        source
    from {{ ref('int_source_records_matched') }}
    where entity = 'rep'
),

rep_teams as (
    select * from {{ ref('int_team_memberships') }}
),

ancestors as (
    select * from {{ ref('dim_team_ancestors') }}
),

-- the reps of each source in their teams and in the teams above, while the break could concern them
members as (
    select
        breaks.break_id,
        breaks.break_team_id,
        rep_teams.rep_id,
        ancestors.ancestor_team_id as team_id,
        case
            when rep_teams.valid_from > breaks.first_on then rep_teams.valid_from else cast('0001-01-01' as date)
        end as present_from,
        rep_teams.valid_to as present_to
    from breaks
    inner join rep_sources on breaks.source = rep_sources.source
    inner join rep_teams
        on
            rep_sources.rep_id = rep_teams.rep_id
            and breaks.last_on >= rep_teams.valid_from
            and least(breaks.first_on, {{ add_days('breaks.starts_on', -1) }}) <= rep_teams.valid_to
    inner join ancestors on rep_teams.team_id = ancestors.team_id
),

present as (
    select
        'rep' as segment_type, rep_id as segment_id, break_id, present_from, present_to
    from members
    where break_team_id = team_id
    union all
    select
        'team' as segment_type, members.team_id as segment_id, members.break_id, members.present_from, members.present_to
    from members
    left join ancestors
        on members.break_team_id = ancestors.ancestor_team_id and members.team_id = ancestors.team_id
    where members.break_team_id is null or ancestors.team_id is not null
),

always_present as (
    select
        breaks.break_id, everything.segment_type, everything.segment_id
    from breaks
    inner join (values ('company', 'company'), ('rep', 'unassigned')) as everything (segment_type, segment_id)
        on breaks.break_team_id is null or everything.segment_type = 'company'
    union all
    select
        breaks.break_id, 'rep' as segment_type, rep_sources.rep_id as segment_id
    from breaks
    inner join rep_sources on breaks.source = rep_sources.source
    where breaks.break_team_id is null
    union all
    select
        breaks.break_id, 'team' as segment_type, ancestors.ancestor_team_id as segment_id
    from breaks
    inner join ancestors on breaks.break_team_id = ancestors.team_id
    where ancestors.ancestor_team_id <> breaks.break_team_id
),

break_segments as (
    select
        break_id, segment_type, segment_id, min(present_from) as present_from, max(present_to) as present_to
    from present
    group by break_id, segment_type, segment_id
    union all
    select
        *, cast('0001-01-01' as date) as present_from, cast('9999-12-31' as date) as present_to
    from always_present
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
        break_segments.present_from,
        break_segments.present_to
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
