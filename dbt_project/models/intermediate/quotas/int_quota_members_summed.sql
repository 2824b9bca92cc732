-- What the members of a team, or of the company, are assigned together, summed by the day, so that a rep who changes team
-- takes the rest of the quota along. A quota climbs from its holder to every team above until it meets a team that has a
-- quota of its own: there it stops, because that team's own quota climbs on in its place.
with

quota_days as (
    select * from {{ ref('int_quota_days_rolled_up_by_period') }}
),

memberships as (
    select * from {{ ref('int_team_memberships_dated') }}
),

ancestors as (
    select * from {{ ref('int_team_ancestors_expanded') }}
),

team_quotas as (
    select distinct
        assignee_id as team_id,
        metric,
        period_type,
        period_start
    from quota_days
    where assignee_type = 'team'
),

-- how far above each team the first quota of its own stands, the team itself included
claims as (
    select
        ancestors.team_id,
        team_quotas.metric,
        team_quotas.period_type,
        team_quotas.period_start,
        min(ancestors.depth) as claim_depth
    from ancestors
    inner join team_quotas on ancestors.ancestor_team_id = team_quotas.team_id
    group by ancestors.team_id, team_quotas.metric, team_quotas.period_type, team_quotas.period_start
),

parents as (
    select
        team_id,
        ancestor_team_id as parent_team_id
    from ancestors
    where depth = 1
),

-- each holder's quota by the day, at the team in which it enters the tree
entering as (
    select
        quota_days.assignee_id as member_id,
        memberships.team_id as entry_team_id,
        quota_days.metric,
        quota_days.period_type,
        quota_days.period_start,
        quota_days.day_amount,
        quota_days.is_partial
    from quota_days
    left join memberships
        on
            quota_days.assignee_id = memberships.rep_id
            and quota_days.date_day between memberships.valid_from and memberships.valid_to
    where quota_days.assignee_type = 'rep' and quota_days.date_day is not null
    union all
    select
        quota_days.assignee_id as member_id,
        parents.parent_team_id as entry_team_id,
        quota_days.metric,
        quota_days.period_type,
        quota_days.period_start,
        quota_days.day_amount,
        quota_days.is_partial
    from quota_days
    left join parents on quota_days.assignee_id = parents.team_id
    where quota_days.assignee_type = 'team' and quota_days.date_day is not null
),

entered as (
    select
        entry_team_id,
        metric,
        period_type,
        period_start,
        sum(day_amount) as member_amount,
        count(*) - count(day_amount) as days_without_rate,
        max(case when is_partial then 1 else 0 end) as partial_members
    from entering
    group by entry_team_id, metric, period_type, period_start
),

climbing as (
    select
        'team' as assignee_type,
        ancestors.ancestor_team_id as assignee_id,
        entered.metric,
        entered.period_type,
        entered.period_start,
        entered.member_amount,
        entered.days_without_rate,
        entered.partial_members
    from entered
    inner join ancestors on entered.entry_team_id = ancestors.team_id
    left join claims
        on
            entered.entry_team_id = claims.team_id
            and entered.metric = claims.metric
            and entered.period_type = claims.period_type
            and entered.period_start = claims.period_start
    where claims.claim_depth is null or ancestors.depth <= claims.claim_depth
    union all
    select
        'company' as assignee_type,
        'company' as assignee_id,
        entered.metric,
        entered.period_type,
        entered.period_start,
        entered.member_amount,
        entered.days_without_rate,
        entered.partial_members
    from entered
    left join claims
        on
            entered.entry_team_id = claims.team_id
            and entered.metric = claims.metric
            and entered.period_type = claims.period_type
            and entered.period_start = claims.period_start
    where claims.claim_depth is null
),

final as (
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        case when sum(days_without_rate) = 0 then sum(member_amount) end as members_amount,
        max(partial_members) = 1 as has_partial_members
    from climbing
    group by assignee_type, assignee_id, metric, period_type, period_start
)

select * from final
