-- The peers of every group that somebody is compared with, also those whose own comparison uses a narrower group.
with

segments as (
    select * from {{ ref('int_segment_peers_grouped') }}
),

groups_in_use as (
    select distinct
        segment_type,
        metric,
        period_type,
        period_start,
        peer_group
    from segments
),

members as (
    {%- for peer_group in ['narrow_group', 'wide_group', "'company'"] %}
    select
        {{ peer_group }} as peer_group,
        segment_type,
        segment_id,
        metric,
        period_type,
        period_start,
        value,
        successes,
        trials
    from segments
    where not_ranked_reason is null and {{ peer_group }} is not null
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

final as (
    select members.*
    from members
    inner join groups_in_use
        on
            members.segment_type = groups_in_use.segment_type
            and members.metric = groups_in_use.metric
            and members.period_type = groups_in_use.period_type
            and members.period_start = groups_in_use.period_start
            and members.peer_group = groups_in_use.peer_group
)

select * from final
