-- Each team with itself (depth 0) and every team above it: a parent team holds its children's numbers.
-- A team that is its own ancestor stops the climb after 20 levels.
with recursive

teams as (
    select
        team_id,
        parent_team_id
    from {{ ref('dim_teams') }}
),

climbed as (
    select
        team_id,
        team_id as ancestor_team_id,
        0 as depth
    from teams
    union all
    select
        climbed.team_id,
        teams.parent_team_id as ancestor_team_id,
        climbed.depth + 1 as depth
    from climbed
    inner join teams on climbed.ancestor_team_id = teams.team_id
    where teams.parent_team_id is not null and climbed.depth < 20
),

final as (
    select
        team_id,
        ancestor_team_id,
        cast(min(depth) as integer) as depth
    from climbed
    group by team_id, ancestor_team_id
)

select * from final
