with

reps as (
    select * from {{ ref('int_rep_peers_grouped') }}
),

peer_groups as (
    select * from {{ ref('int_peer_groups_summarized') }}
),

metrics as (
    select * from {{ ref('metrics') }}
),

compared as (
    select
        reps.*,
        metrics.higher_is_better,
        peer_groups.peer_count,
        peer_groups.peer_median,
        peer_groups.median_absolute_deviation,
        peer_groups.pooled_rate,
        reps.successes + peer_groups.pooled_rate * peer_groups.prior_trials as augmented_successes,
        reps.trials + peer_groups.prior_trials as augmented_trials,
        case when metrics.higher_is_better then reps.value else -reps.value end as merit
    from reps
    inner join metrics on reps.metric = metrics.metric
    left join peer_groups
        on
            reps.peer_group = peer_groups.peer_group
            and reps.metric = peer_groups.metric
            and reps.period_type = peer_groups.period_type
            and reps.period_start = peer_groups.period_start
),

ranked_reps as (
    select * from compared
    where not_ranked_reason is null
),

members as (
    {{ union_peer_groups('ranked_reps', 'rep_id, metric, period_type, period_start, value, merit') }}
),

standings as (
    select
        rep_id,
        peer_group,
        metric,
        period_type,
        period_start,
        rank() over (partition by peer_group, metric, period_type, period_start order by merit desc) as rank_in_group,
        count(*) over (partition by peer_group, metric, period_type, period_start order by value) as at_or_below_count
    from members
),

intervals as (
    select
        compared.*,
        standings.at_or_below_count,
        standings.rank_in_group,
        case
            when compared.not_ranked_reason is null and compared.trials is not null
                then round(compared.augmented_successes / nullif(compared.augmented_trials, 0), 12)
        end as shrunk_value,
        case
            when compared.not_ranked_reason is null and compared.trials is not null
                then {{ wilson_bound('compared.augmented_successes', 'compared.augmented_trials', '-') }}
        end as interval_low,
        case
            when compared.not_ranked_reason is null and compared.trials is not null
                then {{ wilson_bound('compared.augmented_successes', 'compared.augmented_trials', '+') }}
        end as interval_high
    from compared
    left join standings
        on
            compared.rep_id = standings.rep_id
            and compared.peer_group = standings.peer_group
            and compared.metric = standings.metric
            and compared.period_type = standings.period_type
            and compared.period_start = standings.period_start
),

final as (
    select
        cast(rep_id as varchar) as rep_id,
        cast(rep_name as varchar) as rep_name,
        cast(period_type as varchar) as period_type,
        period_start,
        period_end,
        cast(metric as varchar) as metric,
        round(value, 12) as value,
        cast(peer_group as varchar) as peer_group,
        coalesce(peer_count, 0) as peer_count,
        round(peer_median, 12) as peer_median,
        case
            when not_ranked_reason is null and median_absolute_deviation > 0
                then round((value - peer_median) / (1.4826 * median_absolute_deviation), 12)
        end as robust_z,
        round(cast(at_or_below_count as double) / peer_count, 12) as percentile,
        rank_in_group as "rank",
        shrunk_value,
        interval_low,
        interval_high,
        cast(case
            when not_ranked_reason is not null then 'not_comparable'
            when trials is null then null
            when interval_low > pooled_rate then 'above'
            when interval_high < pooled_rate then 'below'
            else 'not_distinguishable'
        end as varchar) as signal,
        cast(not_ranked_reason as varchar) as not_ranked_reason,
        {{ comparability_columns() }}
    from intervals
)

select * from final
