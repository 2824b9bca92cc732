-- Each team with itself (depth 0) and every team above it: a parent team holds its children's numbers.
-- A team that is its own ancestor stops the climb after 20 levels.
with recursive

identified as (
    {{ matched_records('team', 'int_teams_unioned') }}
),

parents_of_records as (
    select
        identified.canonical_id,
        identified.precedence,
        case when parents.resolved_id <> identified.canonical_id then parents.resolved_id end as parent_team_id
    from identified
    left join {{ ref('int_references_resolved') }} as parents
        on
            parents.entity = 'team'
            and identified.source = parents.scope
            and identified.parent_team_reference = parents.reference
),

teams as (
    select
        canonical_id as team_id,
        {{ first_known('parent_team_id') }} as parent_team_id
    from parents_of_records
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
        cast(team_id as varchar) as team_id,
        cast(ancestor_team_id as varchar) as ancestor_team_id,
        cast(min(depth) as integer) as depth
    from climbed
    group by team_id, ancestor_team_id
)

select * from final
