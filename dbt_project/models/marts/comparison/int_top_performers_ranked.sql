-- The top quarter of each peer group in a quarter or year, by attainment where enough of the group have one, else by revenue won. Who
-- ties shares the best rank, and so a tie at the top is in it as a whole.
with

reps as (
    select * from {{ ref('int_segment_peers_grouped') }}
    where
        segment_type = 'rep'
        and metric in ('attainment', 'revenue_won')
        and period_type in ('quarter', 'year')
        and not_ranked_reason is null
),

members as (
    {%- for peer_group in ['narrow_group', 'wide_group', "'company'"] %}
    select
        {{ peer_group }} as peer_group,
        segment_id as rep_id,
        period_type,
        period_start,
        period_end,
        metric,
        value
    from reps
    where {{ peer_group }} is not null
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

ranked as (
    select
        *,
        count(*) over (partition by peer_group, period_type, period_start, metric) as peer_count,
        rank() over (partition by peer_group, period_type, period_start, metric order by value desc) as rank_in_group
    from members
),

preferred as (
    select
        *,
        max(case when metric = 'attainment' then 1 else 0 end) over (
            partition by peer_group, period_type, period_start
        ) as has_attainment
    from ranked
    where peer_count >= {{ var('minimum_peers') }}
),

final as (
    select
        peer_group,
        rep_id,
        period_type,
        period_start,
        period_end,
        metric as ranked_by,
        rank_in_group * 4 <= peer_count as is_top
    from preferred
    where metric = case when has_attainment = 1 then 'attainment' else 'revenue_won' end
)

select * from final
