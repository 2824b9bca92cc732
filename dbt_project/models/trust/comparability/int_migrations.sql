-- The days on which deals moved from one system into another: their record in the later system is authoritative from that day on.
with

records as (
    select
        opportunity_id,
        source,
        in_force_from,
        lag(source) over (partition by opportunity_id order by position_of_record) as previous_source
    from {{ ref('int_opportunity_records') }}
),

owners as (
    select
        opportunity_id,
        owner_id
    from {{ ref('int_opportunity_history') }}
    where known_to is null
),

rep_teams as (
    select * from {{ ref('int_team_memberships') }}
),

moved as (
    select
        records.previous_source,
        records.source,
        records.in_force_from as starts_on,
        rep_teams.team_id
    from records
    left join owners on records.opportunity_id = owners.opportunity_id
    left join rep_teams
        on
            owners.owner_id = rep_teams.rep_id
            and records.in_force_from between rep_teams.valid_from and rep_teams.valid_to
    where records.previous_source <> records.source
),

final as (
    select
        previous_source,
        source,
        starts_on,
        count(*) as deal_count,
        case
            when count(team_id) = count(*) and count(distinct team_id) = 1 then 'team:' || min(team_id)
            else 'all'
        end as population
    from moved
    group by previous_source, source, starts_on
)

select * from final
