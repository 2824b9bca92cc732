{{ config(
    materialized='incremental',
    pre_hook="{{ delete_changed_groups('(' ~ groups_of(ref('int_segment_peers'), 'metric, period_type, period_start') ~ ')') }}"
) }}
-- noqa: disable=LT02
-- Each rep or team among its peers: median and count of the group, and, where it is ranked, rank, percentile, shrunk rate and signal. The
-- peers of a group are all who belong to it, also those whose own comparison uses a narrower group. A metric and period is compared again when
-- a row of it has changed.
-- Prior of the beta-binomial by the method of moments: with S = Σ n (p - pooled)², N = Σ n and k peers,
-- ρ = (S / (pooled (1 - pooled)) - (k - 1)) / (N - Σ n² / N - (k - 1)), and the prior weighs (1 - ρ) / ρ trials, at most N:
-- no prior is stronger than all that the peers have done. Terms are decimals, whose sum does not depend on threads.
{% set peer_set = 'segment_type, peer_group, metric, period_type, period_start' %}

with

changed_groups as (
    select * from ({{ groups_of(ref('int_segment_peers'), 'metric, period_type, period_start') }}) as groups_of_peers
    where {{ is_new_group() }}
),

segments as (
    select * from {{ ref('int_segment_peers') }}  -- noqa: RF02
    inner join changed_groups using (metric, period_type, period_start)
),

peers as (
    {%- for peer_group in ['narrow_group', 'wide_group', "'company'"] %}
    select
        segment_type,
        {{ peer_group }} as peer_group,
        metric,
        period_type,
        period_start,
        segment_id,
        value,
        successes,
        trials
    from segments
    where not_ranked_reason is null and {{ peer_group }} is not null
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

summed as (
    select
        {{ peer_set }},
        count(*) as peer_count,
        {{ median('value') }} as peer_median,
        sum(successes) as success_total,
        sum(trials) as trial_total,
        sum(trials * trials) as squared_trial_total,
        sum(cast(cast(successes as double) * successes / trials as decimal(28, 12))) as squared_success_total
    from peers
    group by {{ peer_set }}
),

pooled as (
    select
        *,
        cast(success_total as double) / nullif(cast(trial_total as double), 0) as pooled_rate,
        cast(trial_total as double)
        - cast(squared_trial_total as double) / nullif(cast(trial_total as double), 0)
        - (peer_count - 1) as design_weight
    from summed
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
        end as correlation
    from pooled
),

groups as (
    select
        *,
        case
            when correlation > 0
                then least(greatest(0.0, (1 - correlation) / correlation), cast(trial_total as double))
            else cast(trial_total as double)
        end as prior_trials
    from correlated
),

ranked as (
    select
        peers.*,
        groups.peer_median,
        peers.successes + groups.pooled_rate * groups.prior_trials as augmented_successes,
        peers.trials + groups.prior_trials as augmented_trials,
        rank() over (
            partition by {{ peer_set }} order by case when metrics.higher_is_better then -peers.value else peers.value end asc
        ) as rank_in_group,
        cast(count(*) over (partition by {{ peer_set }} order by peers.value) as double)
        / groups.peer_count as share_at_or_below
    from peers
    inner join groups using ({{ peer_set }})
    inner join {{ ref('metrics') }} as metrics using (metric)
),

deviations as (
    select
        {{ peer_set }},
        {{ median('abs(value - peer_median)') }} as median_absolute_deviation
    from ranked
    group by {{ peer_set }}
),

compared as (
    select
        segments.*,
        coalesce(groups.peer_count, 0) as peer_count,
        groups.peer_median,
        groups.pooled_rate,
        groups.prior_trials,
        deviations.median_absolute_deviation,
        ranked.rank_in_group,
        round(ranked.share_at_or_below, 12) as percentile,
        round((ranked.value - groups.peer_median) / (1.4826 * nullif(deviations.median_absolute_deviation, 0)), 12) as robust_z,
        round(ranked.augmented_successes / nullif(ranked.augmented_trials, 0), 12) as shrunk_value,
        {{ wilson_bound('ranked.augmented_successes', 'ranked.augmented_trials', '-') }} as interval_low,
        {{ wilson_bound('ranked.augmented_successes', 'ranked.augmented_trials', '+') }} as interval_high
    from segments
    left join groups using ({{ peer_set }})
    left join deviations using ({{ peer_set }})
    left join ranked using ({{ peer_set }}, segment_id)
),

-- a rate is below or above its peers when its interval does not hold their pooled rate
final as (
    select
        *,
        case
            when not_ranked_reason is not null then 'not_comparable'
            when trials is null then null
            when interval_low > pooled_rate then 'above'
            when interval_high < pooled_rate then 'below'
            else 'not_distinguishable'
        end as signal
    from compared
)

select * from final
