-- Quota and credited amount of each assignee, metric and period: wherever there is either; and, in every period that has begun since the
-- first credit, for the company, each team that has reps and each rep employed then, for each metric that anybody is credited with.
-- Without these rows, a period with nothing would look like a period that was not recorded. A quota is the assignee's own (that of its shorter
-- periods, or its longer one spread), else its members', and is rounded once, at the end.
{% set figure = 'assignee_type, assignee_id, metric, period_type, period_start' %}
with

own as (
    select
        {{ figure }},
        quota_source,
        is_partial,
        case when sum(days_without_amount) = 0 then sum(part_amount) end as amount
    from {{ ref('int_quota_parts_summed') }}
    group by {{ figure }}, quota_source, is_partial
),

-- a day without a rate makes the sum unknown; members without a quota make it partial, and have no sum themselves
members as (
    select
        {{ figure }},
        case when sum(days_without_amount) = 0 then sum(part_amount) end as amount,
        bool_or(is_partial or is_missing) as has_partial_members
    from {{ ref('int_quota_members_expanded') }}
    group by {{ figure }}
    having not bool_and(is_missing)
),

quotas as (
    select
        {{ figure }},
        {{ rounded_quota('case when own.quota_source is null then members.amount else own.amount end') }} as quota_amount,
        coalesce(own.quota_source, 'rolled_up_members') as quota_source,
        coalesce(own.is_partial, members.has_partial_members) as is_partial_quota,
        case
            when own.amount <> 0 then round(cast(members.amount as double) / cast(own.amount as double), 12)
        end as over_assignment_ratio
    from own
    full outer join members using ({{ figure }})
),

actuals as (
    select * from {{ ref('int_metric_actuals') }}
),

periods as (
    select * from {{ ref('int_periods_in_use') }}
),

begun as (
    select distinct
        periods.period_type,
        periods.period_start
    from periods
    inner join {{ ref('int_as_of_determined') }} as as_of on periods.period_start <= as_of.as_of_date
    inner join actuals
        on periods.period_type = actuals.period_type and periods.period_start >= actuals.period_start
    where actuals.assignee_type = 'company'
),

metrics_in_use as (
    select distinct metric from actuals
),

active as (
    select
        'company' as assignee_type,
        'company' as assignee_id,
        cast('0001-01-01' as date) as first_day,
        cast('9999-12-31' as date) as last_day
    union all
    select
        'rep' as assignee_type,
        rep_id as assignee_id,
        coalesce(hired_on, cast('0001-01-01' as date)) as first_day,
        coalesce(ended_on, cast('9999-12-31' as date)) as last_day
    from {{ ref('dim_reps') }}
    where rep_id <> 'unassigned'
    union all
    select
        'team' as assignee_type,
        ancestors.ancestor_team_id as assignee_id,
        rep_teams.valid_from as first_day,
        rep_teams.valid_to as last_day
    from {{ ref('int_team_memberships') }} as rep_teams
    inner join {{ ref('dim_team_ancestors') }} as ancestors on rep_teams.team_id = ancestors.team_id
),

active_periods as (
    select distinct
        active.assignee_type,
        active.assignee_id,
        periods.period_type,
        periods.period_start
    from active
    inner join periods
        on active.first_day <= periods.period_end and active.last_day >= periods.period_start
),

spine as (
    select
        active_periods.assignee_type,
        active_periods.assignee_id,
        metrics_in_use.metric,
        active_periods.period_type,
        active_periods.period_start
    from active_periods
    inner join begun using (period_type, period_start)
    cross join metrics_in_use
    union
    select {{ figure }} from actuals
    union
    select {{ figure }} from quotas
),

recorded as (
    select distinct
        recordings.assignee_type,
        recordings.assignee_id,
        recordings.metric,
        periods.period_type,
        periods.period_start
    from {{ ref('int_metric_recordings') }} as recordings
    inner join periods
        on recordings.recorded_from <= periods.period_end and recordings.recorded_to >= periods.period_start
),

final as (
    select
        spine.*,
        periods.period_end,
        periods.is_complete,
        quotas.quota_amount,
        quotas.quota_source,
        coalesce(quotas.is_partial_quota, false) as is_partial_quota,
        quotas.over_assignment_ratio,
        actuals.actual_amount as credited_amount,
        -- a team without reps has certainly done nothing; a sum with too many digits is unknown
        (recorded.assignee_id is not null or (spine.assignee_type = 'team' and active_periods.assignee_id is null))
        and (actuals.assignee_id is null or actuals.actual_amount is not null) as is_recorded
    from spine
    inner join periods using (period_type, period_start)
    left join active_periods using (assignee_type, assignee_id, period_type, period_start)
    left join quotas using ({{ figure }})
    left join actuals using ({{ figure }})
    left join recorded using ({{ figure }})
)

select * from final
