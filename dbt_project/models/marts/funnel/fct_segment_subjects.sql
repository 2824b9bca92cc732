-- Each deal and each lead once under each segment that its figures are shown by: company, team and rep, and the values of the dimensions of
-- the breakdown. A lead has a source only; product family and size are known only for deals.
with

leads as (
    select * from {{ ref('int_lead_history') }}
    where exclusion_reason is null and known_to is null and created_on is not null
),

memberships as (
    select * from {{ ref('int_team_memberships') }}
    where team_id is not null
),

-- the owner's team of the close date and every team above it; for an open deal today's
deal_teams as (
    select
        deals.opportunity_id,
        ancestors.ancestor_team_id as team_id,
        teams.is_leaf_team
    from {{ ref('fct_opportunities') }} as deals
    cross join {{ ref('int_as_of_determined') }} as as_of
    inner join memberships
        on
            deals.owner_id = memberships.rep_id
            and coalesce(deals.closed_on, as_of.as_of_date) between memberships.valid_from and memberships.valid_to
    inner join {{ ref('dim_team_ancestors') }} as ancestors on memberships.team_id = ancestors.team_id
    inner join {{ ref('dim_teams') }} as teams on ancestors.ancestor_team_id = teams.team_id
),

first_memberships as (
    select
        rep_id,
        min(valid_from) as first_valid_from
    from memberships
    group by rep_id
),

-- the team that the owner was in when the lead came in; of an owner who joined later, the first team
lead_teams as (
    select
        leads.lead_id,
        ancestors.ancestor_team_id as team_id,
        teams.is_leaf_team
    from leads
    inner join first_memberships on leads.owner_id = first_memberships.rep_id
    inner join memberships
        on
            leads.owner_id = memberships.rep_id
            and greatest(leads.created_on, first_memberships.first_valid_from)
            between memberships.valid_from and memberships.valid_to
    inner join {{ ref('dim_team_ancestors') }} as ancestors on memberships.team_id = ancestors.team_id
    inner join {{ ref('dim_teams') }} as teams on ancestors.ancestor_team_id = teams.team_id
),

{# The subject, its rows, and the type and id of its segment. -#}
{% set segments = [
    ('opportunity', ref('fct_opportunities'), "'company'", "'company'"),
    ('opportunity', 'deal_teams', "'team'", 'team_id'),
    ('opportunity', ref('fct_opportunities'), "'rep'", 'owner_id'),
    ('opportunity', ref('int_deal_dimensions'), 'dimension', '"value"'),
    ('lead', 'leads', "'company'", "'company'"),
    ('lead', 'lead_teams', "'team'", 'team_id'),
    ('lead', 'leads', "'rep'", 'owner_id'),
    ('lead', 'leads', "'lead_source'", "coalesce(lead_source, 'unknown')"),
] -%}
final as (
    {% for subject_type, rows, segment_type, segment_id in segments -%}
    select
        '{{ subject_type }}' as subject_type,
        {{ subject_type }}_id as subject_id,
        {{ segment_type }} as segment_type,
        {{ segment_id }} as segment_id,
        {{ 'is_leaf_team' if segment_type == "'team'" else 'false' }} as is_leaf_team
    from {{ rows }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select * from final
