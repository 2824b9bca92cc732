with

segments as (
    select * from {{ ref('int_segment_peers') }}
    where segment_type = 'team'
),

peers as (
    select * from {{ ref('int_peers_compared') }}
    where segment_type = 'team'
),

peer_groups as (
    select distinct
        peer_group,
        metric,
        period_type,
        period_start,
        peer_count,
        peer_median
    from peers
),

figures as (
    {{ compared_with_peers('team') }}
),

final as (
    {{ with_comparability('figures', "'team'", 'figures.team_id', 'figures.metric', value='figures.value') }}
)

select * from final
