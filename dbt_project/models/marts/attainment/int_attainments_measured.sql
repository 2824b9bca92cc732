-- noqa: disable=LT02
-- Quota and credited amount of each assignee, metric and period: wherever there is either; and, in every period that has begun since the
-- first credit, for the company, each team that has reps and each rep employed then, for each metric that anybody is credited with.
-- Without these rows, a period with nothing would look like a period that was not recorded.
with

quotas as (
    select * from {{ ref('int_quotas_rolled_up') }}
),

actuals as (
    select * from {{ ref('int_metric_actuals') }}
),

periods as (
    select * from {{ ref('int_periods_in_use') }}
),

begun as (
    select
        periods.period_type,
        periods.period_start
    from periods
    inner join {{ ref('int_as_of_determined') }} as as_of on periods.period_start <= as_of.as_of_date
    inner join actuals
        on
            actuals.assignee_type = 'company'
            and periods.period_type = actuals.period_type
            and periods.period_start >= actuals.period_start
    group by periods.period_type, periods.period_start
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
    {%- for rows in ['actuals', 'quotas'] %}
    union
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start
    from {{ rows }}
    {%- endfor %}
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

{% set same_row = ['assignee_type', 'assignee_id', 'metric', 'period_type', 'period_start'] -%}
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
    {%- for rows in ['quotas', 'actuals', 'recorded'] %}
    left join {{ rows }}
        on
            {%- for column in same_row %}
            {{ 'and ' if not loop.first }}spine.{{ column }} = {{ rows }}.{{ column }}
            {%- endfor %}
    {%- endfor %}
)

select * from final
