-- What each assignee's own quota for a period is made of: the revision in force of an assigned quota, and the team in which its days
-- fall, so that a rep who changes team takes the rest of the quota along. A team's own quota enters in the team above it; without one
-- it enters in the company.
with

days as (
    select * from {{ ref('int_quota_days_composed') }}
),

memberships as (
    select * from {{ ref('int_team_memberships') }}
),

teams as (
    select * from {{ ref('dim_teams') }}
),

entered as (
    select
        days.*,
        coalesce(memberships.team_id, teams.parent_team_id) as entry_team_id
    from days
    left join memberships
        on
            days.assignee_type = 'rep'
            and days.assignee_id = memberships.rep_id
            and days.date_day between memberships.valid_from and memberships.valid_to
    left join teams on days.assignee_type = 'team' and days.assignee_id = teams.team_id
),

final as (
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        quota_source,
        is_partial,
        entry_team_id,
        own_period_type,
        own_period_start,
        in_force_from,
        count(date_day) as working_days,
        sum(day_amount) as part_amount,
        count(*) - count(day_amount) as days_without_amount
    from entered
    group by
        assignee_type, assignee_id, metric, period_type, period_start, quota_source, is_partial, entry_team_id, own_period_type,
        own_period_start, in_force_from
)

select * from final
