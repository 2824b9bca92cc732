-- What changed since a period's end, as a share of what is credited today, by source and team, each also for all of them. What passed between
-- two reps of a team changed nothing of the team's. Weeks are left out: they are over before most extracts.
with

cutoffs as (
    select
        cutoffs.*,
        metrics.metric
    from {{ ref('int_restatement_cutoffs_dated') }} as cutoffs
    inner join {{ ref('metrics') }} as metrics on cutoffs.object = metrics.object
    where cutoffs.period_type <> 'week'
),

-- a source that had delivered nothing of the period has no share, and does not change that of others
source_cutoffs as (
    select
        cutoffs.source as source_of_row,
        cutoffs.*
    from cutoffs
    union all
    select
        'all' as source_of_row,
        cutoffs.*
    from cutoffs
),

periods_of_sources as (
    select distinct
        source,
        metric,
        period_type,
        period_start
    from cutoffs
),

-- what is credited today is compared at each of the cutoffs, a change belongs to one of them
amounts as (
    select
        source,
        team_id,
        metric,
        period_type,
        period_start,
        days_after,
        object_id,
        change_amount,
        0 as current_amount,
        0 as is_credited
    from {{ ref('fct_restated_records') }}
    union all
    select
        credits.source,
        credits.team_id,
        credits.metric,
        period_dates.period_type,
        period_dates.period_start,
        cast(null as integer) as days_after,
        credits.object_id,
        0 as change_amount,
        credits.amount as current_amount,
        1 as is_credited
    from {{ ref('fct_metric_credits') }} as credits
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on credits.credited_on = period_dates.date_day
    inner join periods_of_sources using (source, metric, period_type, period_start)
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
        days_after,
        sum(current_amount) as current_amount,
        abs(sum(change_amount)) as moved_amount,
        max(is_credited) as record_count,
        case when sum(change_amount) <> 0 then 1 else 0 end as restated_record_count
    from by_team
    group by source, team_of_row, metric, period_type, period_start, days_after, object_id
    having sum(change_amount) <> 0 or max(is_credited) = 1
),

summed as (
    select
        cutoffs.source_of_row as source,
        records.team_of_row as team_id,
        cutoffs.metric,
        cutoffs.period_type,
        cutoffs.period_start,
        cutoffs.period_end,
        cutoffs.days_after,
        {{ with_cents('round(sum(records.moved_amount), 2)') }} as moved_amount,
        {{ with_cents('round(sum(records.current_amount), 2)') }} as current_amount,
        cast(sum(records.restated_record_count) as bigint) as restated_record_count,
        cast(sum(records.record_count) as bigint) as record_count
    from by_record as records
    inner join source_cutoffs as cutoffs using (source, metric, period_type, period_start)
    where coalesce(records.days_after, cutoffs.days_after) = cutoffs.days_after
    group by
        cutoffs.source_of_row, records.team_of_row, cutoffs.metric, cutoffs.period_type, cutoffs.period_start, cutoffs.period_end,
        cutoffs.days_after
),

figures as (
    select
        cast(summed.source as varchar) as source,
        cast(summed.team_id as varchar) as team_id,
        cast(coalesce(teams.team_name, 'All') as varchar) as team_name,
        coalesce(teams.is_leaf_team, false) as is_leaf_team,
        cast(summed.metric as varchar) as metric,
        cast(summed.period_type as varchar) as period_type,
        summed.period_start,
        summed.period_end,
        cast(summed.days_after as integer) as days_after,
        summed.moved_amount,
        summed.current_amount,
        cast(summed.moved_amount as double) / nullif(cast(summed.current_amount as double), 0) as restated_share,
        summed.restated_record_count,
        summed.record_count
    from summed
    left join {{ ref('dim_teams') }} as teams on summed.team_id = teams.team_id
),

final as (
    {{ with_comparability(
        'figures', "case when figures.team_id = 'all' then 'company' else 'team' end",
        "case when figures.team_id = 'all' then 'company' else figures.team_id end", 'figures.metric'
    ) }}
)

select * from final
