-- Each team once, under its canonical id, however many sources deliver it.
with

identified as (
    {{ matched_records('team', 'int_teams_unioned') }}
),

teams as (
    select
        canonical_id as team_id,
        {{ first_known('team_name') }} as team_name,
        {{ source_of_id('canonical_id') }} as source,
        count(*) as record_count
    from identified
    group by canonical_id
),

parents as (
    select
        team_id,
        ancestor_team_id as parent_team_id
    from {{ ref('dim_team_ancestors') }}
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
