-- What each assignee's quota for a period is made of: the days of its own assigned quota; without one, those of its shorter periods (months into
-- a quarter, quarters into a year; weeks never roll up); without these, if the company's var says so, those of the shortest longer one. They are
-- summed by the revision in force and by the team in which they fall, so that a rep who changes team takes the rest of the quota along. A team's
-- own quota enters in the team above it; without one it enters in the company. The quota is partial where a month in which the rep was employed
-- has none; a spread quota, where a working day has none.
with

assigned as (
    select
        *,
        coalesce(date_day, period_start) as covered_on,
        {{ period_rank('period_type') }} as period_rank
    from {{ ref('int_quota_days_assigned') }}
    where superseded_at is null
),

periods as (
    select
        *,
        {{ period_rank('period_type') }} as period_rank
    from {{ ref('int_period_dates_expanded') }}
),

candidates as (
    select
        assigned.assignee_type,
        assigned.assignee_id,
        assigned.metric,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        assigned.period_type as own_period_type,
        assigned.period_start as own_period_start,
        assigned.period_end as own_period_end,
        assigned.in_force_from,
        assigned.date_day,
        assigned.day_amount,
        reps.hired_on,
        reps.ended_on,
        last_days.working_days_through - first_days.working_days_before as working_days,
        abs(periods.period_rank - assigned.period_rank) as distance,
        case
            when periods.period_rank = assigned.period_rank then 'assigned'
            when periods.period_rank > assigned.period_rank then 'rolled_up_periods'
            else 'spread'
        end as quota_source,
        -- a quarter replaces all of its months; of longer quotas the shortest counts on each day
        case
            when periods.period_rank > assigned.period_rank then periods.quarter_start
            else assigned.covered_on
        end as compared_on
    from assigned
    inner join periods on assigned.covered_on = periods.date_day
    left join {{ ref('dim_reps') }} as reps
        on case when assigned.assignee_type = 'rep' then assigned.assignee_id end = reps.rep_id
    left join {{ ref('int_working_days') }} as first_days
        on coalesce(reps.holiday_region, '') = first_days.region and periods.period_start = first_days.date_day
    left join {{ ref('int_working_days') }} as last_days
        on first_days.region = last_days.region and periods.period_end = last_days.date_day
    where
        periods.period_rank = assigned.period_rank
        or (periods.period_rank > assigned.period_rank and assigned.period_type <> 'week')
        or (
            periods.period_rank < assigned.period_rank
            and assigned.date_day is not null
            and {{ var('spread_quota_by_working_days') | lower }}
        )
),

ranked as (
    select
        *,
        -- in the order of the alphabet: assigned, rolled_up_periods, spread
        min(quota_source) over (
            partition by assignee_type, assignee_id, metric, period_type, period_start
        ) as first_quota_source,
        min(distance) over (
            partition by assignee_type, assignee_id, metric, period_type, period_start, quota_source, compared_on
        ) as shortest_distance
    from candidates
),

numbered as (
    select
        *,
        row_number() over (
            partition by assignee_type, assignee_id, metric, period_type, period_start, own_period_start order by date_day
        ) as position_in_own_period
    from ranked
    where quota_source = first_quota_source and distance = shortest_distance
),

entered as (
    select
        numbered.*,
        coalesce(memberships.team_id, teams.parent_team_id) as entry_team_id,
        case numbered.quota_source
            when 'assigned' then false
            when 'rolled_up_periods'
                then {{ employed_months('period_start', 'period_end') }} > sum(
                    case
                        when numbered.position_in_own_period = 1 then {{ employed_months('own_period_start', 'own_period_end') }}
                    end
                ) over (quota)
            else count(*) over (quota) < numbered.working_days
        end as is_partial
    from numbered
    left join {{ ref('int_team_memberships') }} as memberships
        on
            case when numbered.assignee_type = 'rep' then numbered.assignee_id end = memberships.rep_id
            and numbered.date_day between memberships.valid_from and memberships.valid_to
    left join {{ ref('dim_teams') }} as teams
        on case when numbered.assignee_type = 'team' then numbered.assignee_id end = teams.team_id
    window quota as (partition by assignee_type, assignee_id, metric, period_type, period_start)
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
