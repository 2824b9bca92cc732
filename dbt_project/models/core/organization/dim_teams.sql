with

teams as (
    select * from {{ ref('int_teams_matched') }}
),

parents as (
    select
        team_id,
        ancestor_team_id as parent_team_id
    from {{ ref('int_team_ancestors_expanded') }}
    where depth = 1
),

final as (
    select
        cast(teams.team_id as varchar) as team_id,
        cast(teams.team_name as varchar) as team_name,
        cast(teams.source as varchar) as source,
        teams.record_count,
        cast(parents.parent_team_id as varchar) as parent_team_id
    from teams
    left join parents on teams.team_id = parents.team_id
)

select * from final
