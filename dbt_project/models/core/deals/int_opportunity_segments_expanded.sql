-- Each deal once under the company, its owner, and the owner's team and every team above it: the team of the close date,
-- for an open deal today's.
with

opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

teams as (
    select
        opportunities.opportunity_id,
        ancestors.ancestor_team_id as team_id
    from opportunities
    cross join as_of
    inner join {{ ref('int_team_memberships') }} as memberships
        on
            opportunities.owner_id = memberships.rep_id
            and coalesce(opportunities.closed_on, as_of.as_of_date) between memberships.valid_from and memberships.valid_to
    inner join {{ ref('dim_team_ancestors') }} as ancestors
        on memberships.team_id = ancestors.team_id
),

final as (
    select
        opportunity_id,
        'company' as segment_type,
        'company' as segment_id
    from opportunities
    union all
    select
        opportunity_id,
        'team' as segment_type,
        team_id as segment_id
    from teams
    union all
    select
        opportunity_id,
        'rep' as segment_type,
        owner_id as segment_id
    from opportunities
)

select * from final
