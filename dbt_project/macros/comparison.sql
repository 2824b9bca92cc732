{#- The figures of a comparison mart, of reps or of teams (`segment`): the value, the peer group's figures, and the rank in the
    group where there is one. A rate is below or above its peers when its interval does not hold their pooled rate. -#}
{% macro compared_with_peers(segment) -%}
    select
        cast(segments.segment_id as varchar) as {{ segment }}_id,
        cast(segments.segment_name as varchar) as {{ segment }}_name,
        cast(segments.period_type as varchar) as period_type,
        segments.period_start,
        segments.period_end,
        cast(segments.metric as varchar) as metric,
        round(segments.value, 12) as value,
        cast(segments.peer_group as varchar) as peer_group,
        coalesce(peer_groups.peer_count, 0) as peer_count,
        round(peer_groups.peer_median, 12) as peer_median,
        peers.robust_z,
        peers.percentile,
        peers.rank_in_group as "rank",
        peers.shrunk_value,
        peers.interval_low,
        peers.interval_high,
        cast(
            case
                when segments.not_ranked_reason is not null then 'not_comparable'
                when segments.trials is null then null
                when peers.interval_low > peers.pooled_rate then 'above'
                when peers.interval_high < peers.pooled_rate then 'below'
                else 'not_distinguishable'
            end as varchar
        ) as signal,
        cast(segments.not_ranked_reason as varchar) as not_ranked_reason,
        segments.logging_coverage
    from segments
    left join peer_groups
        on
            segments.peer_group = peer_groups.peer_group
            and segments.metric = peer_groups.metric
            and segments.period_type = peer_groups.period_type
            and segments.period_start = peer_groups.period_start
    left join peers
        on
            segments.segment_id = peers.segment_id
            and segments.peer_group = peers.peer_group
            and segments.metric = peers.metric
            and segments.period_type = peers.period_type
            and segments.period_start = peers.period_start
{%- endmacro %}
