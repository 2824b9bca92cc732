-- Median, spread and pooled rate of each peer group.
-- Prior of the beta-binomial by the method of moments: with S = Σ n (p - pooled)², N = Σ n and k peers,
-- ρ = (S / (pooled (1 - pooled)) - (k - 1)) / (N - Σ n² / N - (k - 1)), and the prior weighs (1 - ρ) / ρ trials, at most N:
-- no prior is stronger than all that the peers have done. Terms are decimals, whose sum does not depend on threads.
with

members as (
    select * from {{ ref('int_peer_members_listed') }}
),

medians as (
    select
        segment_type,
        peer_group,
        metric,
        period_type,
        period_start,
        count(*) as peer_count,
        {{ median('value') }} as peer_median,
        sum(successes) as success_total,
        sum(trials) as trial_total,
        sum(trials * trials) as squared_trial_total,
        sum(cast(cast(successes as double) * successes / trials as decimal(28, 12))) as squared_success_total
    from members
    group by segment_type, peer_group, metric, period_type, period_start
),

deviations as (
    select
        members.segment_type,
        members.peer_group,
        members.metric,
        members.period_type,
        members.period_start,
        {{ median('abs(members.value - medians.peer_median)') }} as median_absolute_deviation
    from members
    inner join medians
        on
            members.segment_type = medians.segment_type
            and members.peer_group = medians.peer_group
            and members.metric = medians.metric
            and members.period_type = medians.period_type
            and members.period_start = medians.period_start
    group by
        members.segment_type, members.peer_group, members.metric, members.period_type, members.period_start
),

pooled as (
    select
        medians.*,
        deviations.median_absolute_deviation,
        cast(medians.success_total as double) / nullif(cast(medians.trial_total as double), 0) as pooled_rate,
        cast(medians.trial_total as double)
        - cast(medians.squared_trial_total as double) / nullif(cast(medians.trial_total as double), 0)
        - (medians.peer_count - 1) as design_weight
    from medians
    inner join deviations
        on
            medians.segment_type = deviations.segment_type
            and medians.peer_group = deviations.peer_group
            and medians.metric = deviations.metric
            and medians.period_type = deviations.period_type
            and medians.period_start = deviations.period_start
),

correlated as (
    select
        *,
        case
            when pooled_rate > 0 and pooled_rate < 1 and design_weight > 0
                then (
                    (cast(squared_success_total as double) - trial_total * pooled_rate * pooled_rate)
                    / (pooled_rate * (1 - pooled_rate)) - (peer_count - 1)
                ) / design_weight
        end as correlation_between_trials
    from pooled
),

final as (
    select
        segment_type,
        peer_group,
        metric,
        period_type,
        period_start,
        peer_count,
        peer_median,
        median_absolute_deviation,
        pooled_rate,
        case
            when trial_total is null then null
            when correlation_between_trials > 0
                then least(
                    greatest(0.0, (1 - correlation_between_trials) / correlation_between_trials),
                    cast(trial_total as double)
                )
            else cast(trial_total as double)
        end as prior_trials
    from correlated
)

select * from final
