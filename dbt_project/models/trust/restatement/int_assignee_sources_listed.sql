-- The sources of each assignee's figures: those that deliver the rep or credit the rep with anything, those of the reps who were ever in the
-- team or in one below, and all sources for the company and for unassigned records.
with

rep_sources as (
    select
        rep_id,
        source
    from {{ ref('int_rep_sources_listed') }}
    union
    select
        rep_id,
        source
    from {{ ref('fct_metric_credits') }}
    where rep_id <> 'unassigned'
),

memberships as (
    select distinct
        rep_id,
        team_id
    from {{ ref('int_team_memberships') }}
),

sources as (
    select distinct source from {{ ref('int_extract_days_listed') }}
),

final as (
    select
        'rep' as assignee_type,
        rep_id as assignee_id,
        source
    from rep_sources
    union all
    select
        'rep' as assignee_type,
        'unassigned' as assignee_id,
        source
    from sources
    union all
    select
        'company' as assignee_type,
        'company' as assignee_id,
        source
    from sources
    union all
    select distinct
        'team' as assignee_type,
        ancestors.ancestor_team_id as assignee_id,
        rep_sources.source
    from memberships
    inner join rep_sources on memberships.rep_id = rep_sources.rep_id
    inner join {{ ref('dim_team_ancestors') }} as ancestors on memberships.team_id = ancestors.team_id
)

select * from final
