-- The rows of mart_quota_attainment: wherever there is a quota or an actual; and, in every period that has begun since the
-- first actual, the company, each team that then has reps and each rep then employed, by each metric that anybody is
-- credited with: none and not recorded look different only where there is a row.
with

quotas as (
    select * from {{ ref('int_quotas_rolled_up') }}
),

actuals as (
    select * from {{ ref('int_metric_actuals') }}
),

recordings as (
    select * from {{ ref('int_metric_recordings') }}
),

rep_teams as (
    select * from {{ ref('int_rep_teams_dated') }}
),

ancestors as (
    select * from {{ ref('int_team_ancestors_expanded') }}
),

reps as (
    select * from {{ ref('int_reps_matched') }}
),

periods as (
    select * from {{ ref('int_periods_generated') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

metrics_in_use as (
    select distinct metric from actuals
),

first_periods as (
    select
        period_type,
        min(period_start) as period_start
    from actuals
    where assignee_type = 'company'
    group by period_type
),

periods_begun as (
    select periods.*
    from periods
    inner join first_periods
        on
            periods.period_type = first_periods.period_type
            and periods.period_start >= first_periods.period_start
    inner join as_of on periods.period_start <= as_of.as_of_date
),

presences as (
    select
        'company' as assignee_type,
        'company' as assignee_id,
        cast('0001-01-01' as date) as present_from,
        cast('9999-12-31' as date) as present_to
    union all
    select
        'rep' as assignee_type,
        rep_id as assignee_id,
        coalesce(hired_on, cast('0001-01-01' as date)) as present_from,
        coalesce(ended_on, cast('9999-12-31' as date)) as present_to
    from reps
    union all
    select distinct
        'team' as assignee_type,
        ancestors.ancestor_team_id as assignee_id,
        rep_teams.valid_from as present_from,
        rep_teams.valid_to as present_to
    from rep_teams
    inner join ancestors on rep_teams.team_id = ancestors.team_id
),

present as (
    select distinct
        presences.assignee_type,
        presences.assignee_id,
        periods.period_type,
        periods.period_start
    from presences
    inner join periods
        on
            presences.present_from <= periods.period_end
            and presences.present_to >= periods.period_start
),

listed as (
    select
        present.assignee_type,
        present.assignee_id,
        metrics_in_use.metric,
        present.period_type,
        present.period_start
    from present
    inner join periods_begun
        on
            present.period_type = periods_begun.period_type
            and present.period_start = periods_begun.period_start
    cross join metrics_in_use
    union
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start
    from actuals
    union
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start
    from quotas
),

dated as (
    select
        listed.*,
        periods.period_end,
        periods.is_complete
    from listed
    inner join periods
        on
            listed.period_type = periods.period_type
            and listed.period_start = periods.period_start
),

recorded as (
    select distinct
        dated.assignee_type,
        dated.assignee_id,
        dated.metric,
        dated.period_type,
        dated.period_start
    from dated
    inner join recordings
        on
            dated.assignee_type = recordings.assignee_type
            and dated.assignee_id = recordings.assignee_id
            and dated.metric = recordings.metric
            and dated.period_end >= recordings.recorded_from
            and dated.period_start <= recordings.recorded_to
),

final as (
    select
        dated.*,
        -- a team without reps has certainly done nothing
        recorded.assignee_id is not null
        or (dated.assignee_type = 'team' and present.assignee_id is null) as is_recorded
    from dated
    left join present
        on
            dated.assignee_type = present.assignee_type
            and dated.assignee_id = present.assignee_id
            and dated.period_type = present.period_type
            and dated.period_start = present.period_start
    left join recorded
        on
            dated.assignee_type = recorded.assignee_type
            and dated.assignee_id = recorded.assignee_id
            and dated.metric = recorded.metric
            and dated.period_type = recorded.period_type
            and dated.period_start = recorded.period_start
)

select * from final
