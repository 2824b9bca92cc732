-- Every peer in each group that somebody is compared with, also those whose own comparison uses a narrower group: median, spread and
-- pooled rate of the group, and the peer's rank, shrunk rate and signal in it.
-- Prior of the beta-binomial by the method of moments: with S = Σ n (p - pooled)², N = Σ n and k peers,
-- ρ = (S / (pooled (1 - pooled)) - (k - 1)) / (N - Σ n² / N - (k - 1)), and the prior weighs (1 - ρ) / ρ trials, at most N:
-- no prior is stronger than all that the peers have done. Terms are decimals, whose sum does not depend on threads.
{% set group_columns = ['segment_type', 'peer_group', 'metric', 'period_type', 'period_start'] %}
{% set peer_set = group_columns | join(', ') %}

with

segments as (
    select * from {{ ref('int_segment_peers') }}
),

metrics as (
    select * from {{ ref('metrics') }}
),

members as (
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

peers as (
    select members.*
    from members
    inner join (select distinct {{ peer_set }} from segments) as groups_in_use
        on
            {%- for column in group_columns %}
            {{ 'and ' if not loop.first }}members.{{ column }} = groups_in_use.{{ column }}
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

ranked as (
    select
        peers.*,
        correlated.peer_count,
        correlated.peer_median,
        correlated.pooled_rate,
        case
            when correlated.correlation > 0
                then least(
                    greatest(0.0, (1 - correlated.correlation) / correlated.correlation),
                    cast(correlated.trial_total as double)
                )
            else cast(correlated.trial_total as double)
        end as prior_trials,
        rank() over (
            partition by {% for column in group_columns %}peers.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
            order by case when metrics.higher_is_better then -peers.value else peers.value end asc
        ) as rank_in_group,
        count(*) over (
            partition by {% for column in group_columns %}peers.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
            order by peers.value
        ) as at_or_below_count
    from peers
    inner join metrics on peers.metric = metrics.metric
    inner join correlated
        on
            {%- for column in group_columns %}
            {{ 'and ' if not loop.first }}peers.{{ column }} = correlated.{{ column }}
            {%- endfor %}
),

deviations as (
    select
        {{ peer_set }},
        {{ median('abs(value - peer_median)') }} as median_absolute_deviation
    from ranked
    group by {{ peer_set }}
),

augmented as (
    select
        ranked.*,
        deviations.median_absolute_deviation,
        ranked.successes + ranked.pooled_rate * ranked.prior_trials as augmented_successes,
        ranked.trials + ranked.prior_trials as augmented_trials
    from ranked
    inner join deviations
        on
            {%- for column in group_columns %}
            {{ 'and ' if not loop.first }}ranked.{{ column }} = deviations.{{ column }}
            {%- endfor %}
),

final as (
    select
        *,
        round(cast(at_or_below_count as double) / peer_count, 12) as percentile,
        round((value - peer_median) / (1.4826 * nullif(median_absolute_deviation, 0)), 12) as robust_z,
        round(augmented_successes / nullif(augmented_trials, 0), 12) as shrunk_value,
        {{ wilson_bound('augmented_successes', 'augmented_trials', '-') }} as interval_low,
        {{ wilson_bound('augmented_successes', 'augmented_trials', '+') }} as interval_high
    from augmented
)

select * from final
