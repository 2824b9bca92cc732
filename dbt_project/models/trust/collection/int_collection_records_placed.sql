-- Each record that is profiled, with the week of its day and the team that its owner was in on it.
with

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

rep_teams as (
    select * from {{ ref('int_team_memberships') }}
),

records as (
    select * from {{ ref('int_collection_records_dated') }}
),

trails as (
    select distinct opportunity_id
    from {{ ref('int_activities_validated') }}
    where exclusion_reason is null and opportunity_id is not null
),

final as (
    select
        records.*,
        rep_teams.team_id,
        {{ fiscal_period_start('week', 'records.dated_on') }} as week_start,
        records.dated_by = 'close_date' and trails.opportunity_id is not null as has_trail
    from records
    cross join as_of
    left join rep_teams
        on
            records.owner_rep_id = rep_teams.rep_id
            and records.dated_on between rep_teams.valid_from and rep_teams.valid_to
    left join trails on records.opportunity_id = trails.opportunity_id
    where records.dated_on between as_of.earliest_plausible_on and as_of.as_of_date
)

select * from final
