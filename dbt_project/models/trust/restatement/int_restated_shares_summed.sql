-- What changed since a period's end and what is credited today, by source and team, each also for all of them. What passed between two reps of
-- a team changed nothing of the team's. Weeks are left out: they are over before most extracts.
with

-- what is credited today is compared at each of the cutoffs, a change belongs to one of them
amounts as (
    select
        source,
        team_id,
        metric,
        period_type,
        period_start,
        period_end,
        days_after,
        object_id,
        change_amount,
        0 as current_amount,
        0 as is_credited
    from {{ ref('fct_restated_records') }}
    where period_type <> 'week'
    union all
    select
        credited.source,
        credited.team_id,
        credited.metric,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        cast(null as integer) as days_after,
        credited.object_id,
        0 as change_amount,
        credited.amount as current_amount,
        1 as is_credited
    from {{ ref('fct_metric_credits') }} as credited
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on credited.credited_on = period_dates.date_day
    where period_dates.period_type <> 'week'
),

-- the team 'all' holds what is in no team as well
by_team as (
    select
        'all' as team_of_row,
        amounts.*
    from amounts
    union all
    select
        ancestors.ancestor_team_id as team_of_row,
        amounts.*
    from amounts
    inner join {{ ref('dim_team_ancestors') }} as ancestors on amounts.team_id = ancestors.team_id
),

by_record as (
    select
        source,
        team_of_row,
        metric,
        period_type,
        period_start,
        period_end,
        days_after,
        sum(current_amount) as current_amount,
        abs(sum(change_amount)) as moved_amount,
        max(is_credited) as record_count,
        case when sum(change_amount) <> 0 then 1 else 0 end as restated_record_count
    from by_team
    group by source, team_of_row, metric, period_type, period_start, period_end, days_after, object_id
    having sum(change_amount) <> 0 or max(is_credited) = 1
),

summed as (
    select
        source,
        team_of_row,
        metric,
        period_type,
        period_start,
        period_end,
        days_after,
        sum(current_amount) as current_amount,
        sum(moved_amount) as moved_amount,
        sum(record_count) as record_count,
        sum(restated_record_count) as restated_record_count
    from by_record
    group by source, team_of_row, metric, period_type, period_start, period_end, days_after
),

-- a source that had delivered nothing of the period has no share, and does not change that of others
asked as (
    select
        summed.source,
        summed.team_of_row as team_id,
        summed.metric,
        summed.period_type,
        summed.period_start,
        summed.period_end,
        cutoffs.days_after,
        summed.current_amount,
        summed.moved_amount,
        summed.record_count,
        summed.restated_record_count
    from summed
    inner join {{ ref('metrics') }} as metrics on summed.metric = metrics.metric
    inner join {{ ref('int_restatement_cutoffs_dated') }} as cutoffs
        on
            metrics.object = cutoffs.object
            and summed.source = cutoffs.source
            and summed.period_type = cutoffs.period_type
            and summed.period_start = cutoffs.period_start
            and coalesce(summed.days_after, cutoffs.days_after) = cutoffs.days_after
),

with_all as (
    select * from asked
    union all
    select
        'all' as source,
        team_id,
        metric,
        period_type,
        period_start,
        period_end,
        days_after,
        current_amount,
        moved_amount,
        record_count,
        restated_record_count
    from asked
),

final as (
    select
        source,
        team_id,
        metric,
        period_type,
        period_start,
        period_end,
        days_after,
        cast(round(sum(current_amount), 2) as decimal(18, 2)) as current_amount,
        cast(round(sum(moved_amount), 2) as decimal(18, 2)) as moved_amount,
        cast(sum(record_count) as bigint) as record_count,
        cast(sum(restated_record_count) as bigint) as restated_record_count
    from with_all
    group by source, team_id, metric, period_type, period_start, period_end, days_after
)

select * from final
