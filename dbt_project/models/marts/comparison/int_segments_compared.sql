-- Where each rep and team stands among the peers, by metric and period.
with

segments as (
    select * from {{ ref('int_segment_peers_grouped') }}
),

members as (
    select * from {{ ref('int_peer_members_listed') }}
),

peer_groups as (
    select * from {{ ref('int_peer_groups_summarized') }}
),

metrics as (
    select * from {{ ref('metrics') }}
),

compared as (
    select
        segments.*,
        peer_groups.peer_count,
        peer_groups.peer_median,
        peer_groups.median_absolute_deviation,
        peer_groups.pooled_rate,
        segments.successes + peer_groups.pooled_rate * peer_groups.prior_trials as augmented_successes,
        segments.trials + peer_groups.prior_trials as augmented_trials,
        segments.not_ranked_reason is null and segments.trials is not null as has_interval
    from segments
    left join peer_groups
        on
            segments.segment_type = peer_groups.segment_type
            and segments.peer_group = peer_groups.peer_group
            and segments.metric = peer_groups.metric
            and segments.period_type = peer_groups.period_type
            and segments.period_start = peer_groups.period_start
),

standings as (
    select
        members.segment_type,
        members.segment_id,
        members.peer_group,
        members.metric,
        members.period_type,
        members.period_start,
        rank() over (
            partition by
                members.segment_type, members.peer_group, members.metric, members.period_type, members.period_start
            order by case when metrics.higher_is_better then -members.value else members.value end asc
        ) as rank_in_group,
        count(*) over (
            partition by
                members.segment_type, members.peer_group, members.metric, members.period_type, members.period_start
            order by members.value
        ) as at_or_below_count
    from members
    inner join metrics on members.metric = metrics.metric
),

intervals as (
    select
        compared.*,
        standings.at_or_below_count,
        standings.rank_in_group,
        case
            when compared.has_interval
                then round(compared.augmented_successes / nullif(compared.augmented_trials, 0), 12)
        end as shrunk_value,
        case
            when compared.has_interval
                then {{ wilson_bound('compared.augmented_successes', 'compared.augmented_trials', '-') }}
        end as interval_low,
        case
            when compared.has_interval
                then {{ wilson_bound('compared.augmented_successes', 'compared.augmented_trials', '+') }}
        end as interval_high
    from compared
    left join standings
        on
            compared.segment_type = standings.segment_type
            and compared.segment_id = standings.segment_id
            and compared.peer_group = standings.peer_group
            and compared.metric = standings.metric
            and compared.period_type = standings.period_type
            and compared.period_start = standings.period_start
),

final as (
    select
        segment_type,
        segment_id,
        segment_name,
        period_type,
        period_start,
        period_end,
        metric,
        round(value, 12) as value,
        peer_group,
        coalesce(peer_count, 0) as peer_count,
        round(peer_median, 12) as peer_median,
        case
            when not_ranked_reason is null and median_absolute_deviation > 0
                then round((value - peer_median) / (1.4826 * median_absolute_deviation), 12)
        end as robust_z,
        round(cast(at_or_below_count as double) / peer_count, 12) as percentile,
        rank_in_group,
        shrunk_value,
        interval_low,
        interval_high,
        case
            when not_ranked_reason is not null then 'not_comparable'
            when trials is null then null
            when interval_low > pooled_rate then 'above'
            when interval_high < pooled_rate then 'below'
            else 'not_distinguishable'
        end as signal,
        not_ranked_reason,
        logging_coverage
    from intervals
)

select * from final
