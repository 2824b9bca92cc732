-- What each assignee's own quota for a period is made of: the revision in force of an assigned quota, and the team in which its days
-- fall, so that a rep who changes team takes the rest of the quota along. A team's own quota enters in the team above it; without one
-- it enters in the company.
with

days as (
    select
        composed.assignee_type,
        composed.assignee_id,
        composed.metric,
        composed.period_type,
        composed.period_start,
        composed.own_period_type,
        composed.own_period_start,
        assigned.in_force_from,
        assigned.date_day,
        assigned.day_amount,
        composed.quota_source,
        composed.is_partial
    from {{ ref('int_quota_periods_composed') }} as composed
    inner join {{ ref('int_quota_days_assigned') }} as assigned
        on
            composed.assignee_type = assigned.assignee_type
            and composed.assignee_id = assigned.assignee_id
            and composed.metric = assigned.metric
            and composed.own_period_type = assigned.period_type
            and composed.own_period_start = assigned.period_start
            and assigned.superseded_at is null
    union all
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        own_period_type,
        own_period_start,
        in_force_from,
        date_day,
        day_amount,
        'spread' as quota_source,
        is_partial
    from {{ ref('int_quota_days_spread') }}
),

memberships as (
    select * from {{ ref('int_team_memberships') }}
),

parents as (
    select
        team_id,
        parent_team_id
    from {{ ref('dim_teams') }}
),

final as (
    select
        days.assignee_type,
        days.assignee_id,
        days.metric,
        days.period_type,
        days.period_start,
        days.quota_source,
        days.is_partial,
        coalesce(memberships.team_id, parents.parent_team_id) as entry_team_id,
        days.own_period_type,
        days.own_period_start,
        days.in_force_from,
        count(days.date_day) as working_days,
        sum(days.day_amount) as part_amount,
        count(*) - count(days.day_amount) as days_without_amount
    from days
    left join memberships
        on
            days.assignee_type = 'rep'
            and days.assignee_id = memberships.rep_id
            and days.date_day between memberships.valid_from and memberships.valid_to
    left join parents
        on
            days.assignee_type = 'team'
            and days.assignee_id = parents.team_id
    group by
        days.assignee_type,
        days.assignee_id,
        days.metric,
        days.period_type,
        days.period_start,
        days.quota_source,
        days.is_partial,
        coalesce(memberships.team_id, parents.parent_team_id),
        days.own_period_type,
        days.own_period_start,
        days.in_force_from
)

select * from final
