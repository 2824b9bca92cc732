{% set figure = 'assignee_type, assignee_id, metric, period_type, period_start' %}
with

days as (
    select * from {{ ref('int_quota_days_assigned') }}
),

segments as (
    select * from {{ ref('int_segments_listed') }}
),

periods as (
    select * from {{ ref('int_period_dates_expanded') }}
    where date_day = period_start
),

-- the last revision of each version of the plan says why, and who approved it
last_revisions as (
    select * from {{ ref('int_quota_plan_history') }}
    where in_force_to = cast('9999-12-31' as date)
),

valued as (
    select
        {{ figure }},
        known_from_at,
        {{ business_date('known_from_at') }} as known_from,
        {{ add_days(business_date('superseded_at'), -1) }} as known_to,
        case when count(day_amount) = count(*) then {{ rounded_quota('sum(day_amount)') }} end as quota_amount
    from days
    group by assignee_type, assignee_id, metric, period_type, period_start, known_from_at, superseded_at
),

-- of several registers on a day the last one holds
known as (
    select
        *,
        lag(quota_amount) over (quota_in_order) as previous_amount,
        lag(known_to) over (quota_in_order) as previous_known_to
    from valued
    where known_to is null or known_from <= known_to
    window quota_in_order as (
        partition by assignee_type, assignee_id, metric, period_type, period_start order by known_from
    )
),

-- a register with the same amount changes nothing
numbered as (
    select
        *,
        sum(
            case
                when
                    {{ add_days('previous_known_to', 1) }} = known_from
                    and previous_amount is not distinct from quota_amount
                    then 0
                else 1
            end
        ) over (
            partition by assignee_type, assignee_id, metric, period_type, period_start
            order by known_from
            rows between unbounded preceding and current row
        ) as position_of_amount
    from known
),

amounts as (
    select
        {{ figure }},
        position_of_amount,
        min(known_from) as known_from,
        min(known_from_at) as known_from_at,
        case when not bool_or(known_to is null) then max(known_to) end as known_to,
        max(quota_amount) as quota_amount
    from numbered
    group by assignee_type, assignee_id, metric, period_type, period_start, position_of_amount
),

figures as (
    select
        cast(amounts.assignee_type as varchar) as assignee_type,
        cast(amounts.assignee_id as varchar) as assignee_id,
        cast(segments.segment_name as varchar) as assignee_name,
        coalesce(segments.is_leaf_team, false) as is_leaf_team,
        cast(amounts.metric as varchar) as metric,
        cast(amounts.period_type as varchar) as period_type,
        amounts.period_start,
        periods.period_end,
        amounts.known_from,
        amounts.known_to,
        amounts.quota_amount,
        cast(amounts.quota_amount - lag(amounts.quota_amount) over (
            partition by amounts.assignee_type, amounts.assignee_id, amounts.metric, amounts.period_type, amounts.period_start
            order by amounts.known_from
        ) as decimal(18, 2)) as changed_by_amount,
        last_revisions.reason,
        last_revisions.approved_by,
        amounts.known_to is null as is_current,
        periods.is_complete
    from amounts
    inner join periods using (period_type, period_start)
    left join last_revisions
        on
            amounts.assignee_type = last_revisions.assignee_type
            and amounts.assignee_id = last_revisions.assignee_id
            and amounts.metric = last_revisions.metric
            and amounts.period_type = last_revisions.period_type
            and amounts.period_start = last_revisions.period_start
            and amounts.known_from_at = last_revisions.known_from_at
    left join segments
        on amounts.assignee_type = segments.segment_type and amounts.assignee_id = segments.segment_id
),

-- a quota is planned, not collected: the status only says whether the metric was recorded in the period
final as (
    {{ with_comparability(
        'figures', 'figures.assignee_type', 'figures.assignee_id',
        'figures.metric', value='null', is_complete=none
    ) }}
)

select * from final
