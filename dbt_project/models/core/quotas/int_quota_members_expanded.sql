-- The parts of its members' quotas with each team, and with the company. A quota climbs from where it enters the tree to
-- every team above until it meets a team that has a quota of its own.
with

parts as (
    select * from {{ ref('int_quota_parts_summed') }}
    where working_days > 0 and holder_type <> 'company'
),

ancestors as (
    select * from {{ ref('dim_team_ancestors') }}
),

claimed as (
    select
        parts.*,
        claims.claim_depth
    from parts
    left join {{ ref('int_quota_claims_found') }} as claims
        on
            parts.entry_team_id = claims.team_id
            and parts.metric = claims.metric
            and parts.period_type = claims.period_type
            and parts.period_start = claims.period_start
),

final as (
    select
        'team' as assignee_type,
        ancestors.ancestor_team_id as assignee_id,
        claimed.*
    from claimed
    inner join ancestors on claimed.entry_team_id = ancestors.team_id
    where claimed.claim_depth is null or ancestors.depth <= claimed.claim_depth
    union all
    select
        'company' as assignee_type,
        'company' as assignee_id,
        claimed.*
    from claimed
    where claimed.claim_depth is null
)

select * from final
