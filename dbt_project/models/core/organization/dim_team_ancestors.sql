-- Each team with itself (depth 0) and every team above it: a parent team holds its children's numbers.
-- A team that is its own ancestor stops the climb after 20 levels.
with recursive

{{ steps_naming_parent_teams() }},

teams as (
    select
        cast(canonical_id as varchar) as team_id,
        {{ first_known('parent_team_id') }} as parent_team_id
    from with_parents
    group by canonical_id
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
