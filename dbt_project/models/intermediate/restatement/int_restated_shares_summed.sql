-- What records moved and what is credited now, by source and team, each also for all of them. What passed between two reps of a team moved
-- nothing of the team's. Of weeks nothing is summed: they are over before most extracts.
with

moved as (
    select * from {{ ref('int_restated_records_found') }}
    where period_type <> 'week'
),

credited as (
    select
        credited.metric,
        credited.source,
        credited.team_id,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        credited.object_id,
        sum(credited.amount) as amount
    from {{ ref('int_metric_amounts_credited') }} as credited
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on credited.credited_on = period_dates.date_day
    where period_dates.period_type <> 'week'
    group by
        credited.metric,
        credited.source,
        credited.team_id,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        credited.object_id
),

ancestors as (
    select * from {{ ref('int_team_ancestors_expanded') }}
),

cutoffs as (
    select * from {{ ref('int_restatement_cutoffs_dated') }}
    where period_type <> 'week'
),

metrics as (
    select * from {{ ref('metrics') }}
),

-- the team 'all' holds what is in no team as well
moved_by_team as (
    select
        'all' as team_of_row,
        moved.*
    from moved
    union all
    select
        ancestors.ancestor_team_id as team_of_row,
        moved.*
    from moved
    inner join ancestors on moved.team_id = ancestors.team_id
),

moved_by_record as (
    select
        source,
        team_of_row,
        metric,
        period_type,
        period_start,
        period_end,
        days_after,
        object_id,
        abs(sum(change_amount)) as moved_amount
    from moved_by_team
    group by source, team_of_row, metric, period_type, period_start, period_end, days_after, object_id
    having sum(change_amount) <> 0
),

moved_summed as (
    select
        source,
        team_of_row,
        metric,
        period_type,
        period_start,
        period_end,
        days_after,
        sum(moved_amount) as moved_amount,
        count(*) as restated_record_count
    from moved_by_record
    group by source, team_of_row, metric, period_type, period_start, period_end, days_after
),

credited_by_team as (
    select
        'all' as team_of_row,
        credited.*
    from credited
    union all
    select
        ancestors.ancestor_team_id as team_of_row,
        credited.*
    from credited
    inner join ancestors on credited.team_id = ancestors.team_id
),

credited_summed as (
    select
        source,
        team_of_row,
        metric,
        period_type,
        period_start,
        period_end,
        sum(amount) as current_amount,
        count(distinct object_id) as record_count
    from credited_by_team
    group by source, team_of_row, metric, period_type, period_start, period_end
),

credited_then_asked as (
    select
        credited_summed.*,
        cutoffs.days_after
    from credited_summed
    inner join metrics on credited_summed.metric = metrics.metric
    inner join cutoffs
        on
            metrics.object = cutoffs.object
            and credited_summed.source = cutoffs.source
            and credited_summed.period_type = cutoffs.period_type
            and credited_summed.period_start = cutoffs.period_start
),

-- a source that had said nothing of the period has no share, and moves nobody else's
moved_of_what_was_said as (
    select moved_summed.*
    from moved_summed
    inner join metrics on moved_summed.metric = metrics.metric
    inner join cutoffs
        on
            metrics.object = cutoffs.object
            and moved_summed.source = cutoffs.source
            and moved_summed.period_type = cutoffs.period_type
            and moved_summed.period_start = cutoffs.period_start
            and moved_summed.days_after = cutoffs.days_after
),

unioned as (
    select
        source,
        team_of_row as team_id,
        metric,
        period_type,
        period_start,
        period_end,
        days_after,
        current_amount,
        record_count,
        0 as moved_amount,
        0 as restated_record_count
    from credited_then_asked
    union all
    select
        source,
        team_of_row as team_id,
        metric,
        period_type,
        period_start,
        period_end,
        days_after,
        0 as current_amount,
        0 as record_count,
        moved_amount,
        restated_record_count
    from moved_of_what_was_said
),

with_all as (
    select * from unioned
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
        record_count,
        moved_amount,
        restated_record_count
    from unioned
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
