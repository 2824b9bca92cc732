-- How far above each team, the team itself included, the first team with a quota of its own stands: there the quotas below
-- stop climbing, because that team's own climbs on in their place.
with

team_quotas as (
    select distinct
        holder_id as team_id,
        metric,
        period_type,
        period_start
    from {{ ref('int_quota_parts_summed') }}
    where holder_type = 'team'
),

final as (
    select
        ancestors.team_id,
        team_quotas.metric,
        team_quotas.period_type,
        team_quotas.period_start,
        min(ancestors.depth) as claim_depth
    from {{ ref('dim_team_ancestors') }} as ancestors
    inner join team_quotas on ancestors.ancestor_team_id = team_quotas.team_id
    group by ancestors.team_id, team_quotas.metric, team_quotas.period_type, team_quotas.period_start
)

select * from final
