-- Each lead once under the company, its owner, and the team (and every team above it) that the owner was in when the lead came
-- in; if the owner joined later, the team that the owner joined.
with

leads as (
    select
        lead_id,
        owner_id,
        created_on
    from {{ ref('int_leads_validated') }}
    where exclusion_reason is null and created_on is not null
),

memberships as (
    select * from {{ ref('int_team_memberships') }}
    where team_id is not null
),

first_memberships as (
    select
        rep_id,
        min(valid_from) as first_valid_from
    from memberships
    group by rep_id
),

teams as (
    select
        leads.lead_id,
        ancestors.ancestor_team_id as team_id
    from leads
    inner join first_memberships on leads.owner_id = first_memberships.rep_id
    inner join memberships
        on
            leads.owner_id = memberships.rep_id
            and greatest(leads.created_on, first_memberships.first_valid_from)
            between memberships.valid_from and memberships.valid_to
    inner join {{ ref('dim_team_ancestors') }} as ancestors
        on memberships.team_id = ancestors.team_id
),

final as (
    select
        lead_id,
        'company' as segment_type,
        'company' as segment_id
    from leads
    union all
    select
        lead_id,
        'team' as segment_type,
        team_id as segment_id
    from teams
    union all
    select
        lead_id,
        'rep' as segment_type,
        owner_id as segment_id
    from leads
)

select * from final
