-- Teams, and the company, of which a member has no quota for a period in which other members have one: their sum stands,
-- but it is partial. A rep is a member on the days of membership and employment.
with

parts as (
    select * from {{ ref('int_quota_parts_summed') }}
),

summed as (
    select * from {{ ref('int_quota_members_summed') }}
),

ancestors as (
    select * from {{ ref('dim_team_ancestors') }}
),

periods as (
    select * from {{ ref('int_periods_generated') }}
),

holders as (
    select distinct
        holder_type,
        holder_id,
        metric,
        period_type,
        period_start
    from parts
),

claims as (
    select * from {{ ref('int_quota_claims_found') }}
),

reps as (
    select * from {{ ref('dim_reps') }}
),

places as (
    select * from {{ ref('int_team_memberships') }}
),

employed as (
    select
        reps.rep_id,
        places.team_id,
        greatest(places.valid_from, coalesce(reps.hired_on, places.valid_from)) as member_from,
        least(places.valid_to, coalesce(reps.ended_on, places.valid_to)) as member_to
    from reps
    inner join places on reps.rep_id = places.rep_id
),

member_periods as (
    select distinct
        employed.rep_id,
        employed.team_id,
        quota_periods.metric,
        quota_periods.period_type,
        quota_periods.period_start
    from (select distinct
        metric,
        period_type,
        period_start
    from summed) as quota_periods
    inner join periods
        on
            quota_periods.period_type = periods.period_type
            and quota_periods.period_start = periods.period_start
    inner join employed
        on
            periods.period_end >= employed.member_from
            and periods.period_start <= employed.member_to
),

missing as (
    select
        member_periods.team_id,
        member_periods.metric,
        member_periods.period_type,
        member_periods.period_start,
        claims.claim_depth
    from member_periods
    left join holders
        on
            holders.holder_type = 'rep'
            and member_periods.rep_id = holders.holder_id
            and member_periods.metric = holders.metric
            and member_periods.period_type = holders.period_type
            and member_periods.period_start = holders.period_start
    left join claims
        on
            member_periods.team_id = claims.team_id
            and member_periods.metric = claims.metric
            and member_periods.period_type = claims.period_type
            and member_periods.period_start = claims.period_start
    where holders.holder_id is null
),

final as (
    select distinct
        'team' as assignee_type,
        ancestors.ancestor_team_id as assignee_id,
        missing.metric,
        missing.period_type,
        missing.period_start
    from missing
    inner join ancestors on missing.team_id = ancestors.team_id
    where missing.claim_depth is null or ancestors.depth <= missing.claim_depth
    union
    select distinct
        'company' as assignee_type,
        'company' as assignee_id,
        metric,
        period_type,
        period_start
    from missing
    where claim_depth is null
)

select * from final
