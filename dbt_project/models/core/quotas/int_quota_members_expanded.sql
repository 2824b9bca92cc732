-- The quotas of the members of each team and of the company. A quota climbs from the team where it enters to every team above, up to
-- the first team that has a quota of its own: from there that team's own quota climbs on in its place. A rep without a quota for a
-- period in which other members have one climbs the same way, as a missing part.
with

parts as (
    select * from {{ ref('int_quota_parts_summed') }}
),

ancestors as (
    select * from {{ ref('dim_team_ancestors') }}
),

reps as (
    {{ employed_reps() }}
),

rep_teams as (
    select * from {{ ref('int_team_memberships') }}
),

periods as (
    select * from {{ ref('int_period_dates_expanded') }}
    where date_day = period_start
),

-- how far above each team, itself included, the first team with a quota of its own is
own_quotas as (
    select
        ancestors.team_id,
        parts.metric,
        parts.period_type,
        parts.period_start,
        min(ancestors.depth) as owner_depth
    from ancestors
    inner join parts on parts.assignee_type = 'team' and ancestors.ancestor_team_id = parts.assignee_id
    group by ancestors.team_id, parts.metric, parts.period_type, parts.period_start
),

members as (
    select
        assignee_type as member_type,
        assignee_id as member_id,
        metric,
        period_type,
        period_start,
        entry_team_id,
        own_period_type,
        own_period_start,
        in_force_from,
        working_days,
        part_amount,
        days_without_amount,
        is_partial,
        false as is_missing
    from parts
    where working_days > 0 and assignee_type <> 'company'
),

member_periods as (
    select distinct
        members.metric,
        periods.period_type,
        periods.period_start,
        periods.period_end
    from members
    inner join periods using (period_type, period_start)
),

-- a rep is a member on the days of membership and employment
missing as (
    select distinct
        'rep' as member_type,
        reps.rep_id as member_id,
        member_periods.metric,
        member_periods.period_type,
        member_periods.period_start,
        rep_teams.team_id as entry_team_id,
        cast(null as varchar) as own_period_type,
        cast(null as date) as own_period_start,
        cast(null as date) as in_force_from,
        0 as working_days,
        cast(null as decimal(38, 12)) as part_amount,
        0 as days_without_amount,
        false as is_partial,
        true as is_missing
    from reps
    inner join rep_teams on reps.rep_id = rep_teams.rep_id
    inner join member_periods
        on
            member_periods.period_end >= greatest(rep_teams.valid_from, coalesce(reps.hired_on, rep_teams.valid_from))
            and member_periods.period_start <= least(rep_teams.valid_to, coalesce(reps.employed_to, rep_teams.valid_to))
    left join parts
        on
            parts.assignee_type = 'rep'
            and reps.rep_id = parts.assignee_id
            and member_periods.metric = parts.metric
            and member_periods.period_type = parts.period_type
            and member_periods.period_start = parts.period_start
    where parts.assignee_id is null
),

unioned as (
    select * from members
    union all
    select * from missing
),

climbing as (
    select
        unioned.*,
        own_quotas.owner_depth
    from unioned
    left join own_quotas
        on
            unioned.entry_team_id = own_quotas.team_id
            and unioned.metric = own_quotas.metric
            and unioned.period_type = own_quotas.period_type
            and unioned.period_start = own_quotas.period_start
),

final as (
    select
        'team' as assignee_type,
        ancestors.ancestor_team_id as assignee_id,
        climbing.*
    from climbing
    inner join ancestors on climbing.entry_team_id = ancestors.team_id
    where climbing.owner_depth is null or ancestors.depth <= climbing.owner_depth
    union all
    select
        'company' as assignee_type,
        'company' as assignee_id,
        climbing.*
    from climbing
    where climbing.owner_depth is null
)

select * from final
