-- The reps of each source in their teams and in the teams above, and whether the source holds all data of the rep and of the team.
with

rep_sources as (
    select distinct
        rep_id,
        source
    from {{ ref('int_rep_sources_listed') }}
),

rep_teams as (
    select * from {{ ref('int_team_memberships') }}
),

reps as (
    select
        rep_sources.rep_id,
        count(distinct rep_sources.source) = 1 as has_one_source,
        count(distinct coalesce(rep_teams.team_id, '')) = 1 as has_one_team
    from rep_sources
    left join rep_teams on rep_sources.rep_id = rep_teams.rep_id
    group by rep_sources.rep_id
),

members as (
    select
        rep_teams.rep_id,
        rep_sources.source,
        ancestors.ancestor_team_id as team_id,
        rep_teams.valid_from,
        rep_teams.valid_to
    from rep_teams
    inner join rep_sources on rep_teams.rep_id = rep_sources.rep_id
    inner join {{ ref('dim_team_ancestors') }} as ancestors on rep_teams.team_id = ancestors.team_id
),

teams as (
    select
        team_id,
        count(distinct source) = 1 as has_one_source
    from members
    group by team_id
),

final as (
    select
        members.*,
        reps.has_one_source and reps.has_one_team as is_all_of_rep,
        teams.has_one_source as is_all_of_team
    from members
    inner join reps on members.rep_id = reps.rep_id
    inner join teams on members.team_id = teams.team_id
)

select * from final
