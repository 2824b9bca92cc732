-- The assigned quotas that an assignee's quota for a period is made of: its own one; without one, those of its shorter periods (months into
-- a quarter, quarters into a year; weeks never roll up). The sum is partial if a month has no quota, unless the rep was not employed in it.
with

assigned as (
    select distinct
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        period_type as own_period_type,
        period_start as own_period_start,
        period_end as own_period_end
    from {{ ref('int_quota_plan_history') }}
    where superseded_at is null
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

reps as (
    select * from {{ ref('int_reps_matched') }}
),

months as (
    select
        periods.period_start as month_start,
        periods.period_end as month_end,
        period_dates.period_type,
        period_dates.period_start
    from {{ ref('int_periods_generated') }} as periods
    inner join period_dates on periods.period_start = period_dates.date_day
    where periods.period_type = 'month' and period_dates.period_type in ('quarter', 'year')
),

{% for longer, shorter, given in [('quarter', 'month', 'assigned'), ('year', 'quarter', 'quarters')] -%}
{{ longer }}s as (
    select * from assigned
    where period_type = '{{ longer }}'
    union all
    select
        given.assignee_type,
        given.assignee_id,
        given.metric,
        '{{ longer }}' as period_type,
        period_dates.period_start,
        given.own_period_type,
        given.own_period_start,
        given.own_period_end
    from {{ given }} as given
    inner join period_dates
        on
            given.period_start = period_dates.date_day
            and period_dates.period_type = '{{ longer }}'
    left join assigned as own
        on
            given.assignee_type = own.assignee_type
            and given.assignee_id = own.assignee_id
            and given.metric = own.metric
            and own.period_type = '{{ longer }}'
            and period_dates.period_start = own.period_start
    where given.period_type = '{{ shorter }}' and own.assignee_id is null
),

{% endfor -%}

composed as (
    select * from quarters
    union all
    select * from years
    union all
    select * from assigned
    where period_type in ('week', 'month')
),

rolled_up as (
    select distinct
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start
    from composed
    where period_type <> own_period_type
),

partial as (
    select distinct
        rolled_up.assignee_type,
        rolled_up.assignee_id,
        rolled_up.metric,
        rolled_up.period_type,
        rolled_up.period_start
    from rolled_up
    inner join months
        on
            rolled_up.period_type = months.period_type
            and rolled_up.period_start = months.period_start
    left join composed
        on
            rolled_up.assignee_type = composed.assignee_type
            and rolled_up.assignee_id = composed.assignee_id
            and rolled_up.metric = composed.metric
            and rolled_up.period_type = composed.period_type
            and rolled_up.period_start = composed.period_start
            and months.month_start between composed.own_period_start and composed.own_period_end
    left join reps
        on
            rolled_up.assignee_type = 'rep'
            and rolled_up.assignee_id = reps.rep_id
    where
        composed.assignee_id is null
        and coalesce(reps.hired_on, months.month_end) <= months.month_end
        and coalesce(reps.ended_on, months.month_start) >= months.month_start
),

final as (
    select
        composed.assignee_type,
        composed.assignee_id,
        composed.metric,
        composed.period_type,
        composed.period_start,
        composed.own_period_type,
        composed.own_period_start,
        case when composed.period_type = composed.own_period_type then 'assigned' else 'rolled_up_periods' end
            as quota_source,
        partial.assignee_id is not null as is_partial
    from composed
    left join partial
        on
            composed.assignee_type = partial.assignee_type
            and composed.assignee_id = partial.assignee_id
            and composed.metric = partial.metric
            and composed.period_type = partial.period_type
            and composed.period_start = partial.period_start
)

select * from final
