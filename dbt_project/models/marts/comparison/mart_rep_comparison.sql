with

compared as (
    select * from {{ ref('int_peers_compared') }}
    where segment_type = 'rep'
),

figures as (
    select
        segment_id as rep_id,
        segment_name as rep_name,
        period_type,
        period_start,
        period_end,
        metric,
        round(value, 12) as value,
        peer_group,
        peer_count,
        round(peer_median, 12) as peer_median,
        robust_z,
        percentile,
        rank_in_group as "rank",
        shrunk_value,
        interval_low,
        interval_high,
        signal,
        not_ranked_reason,
        logging_coverage
    from compared
),

final as (
    {{ with_comparability('figures', "'rep'", 'figures.rep_id', 'figures.metric', value='figures.value') }}
)

select * from final
