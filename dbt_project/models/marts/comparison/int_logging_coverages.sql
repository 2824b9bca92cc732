-- The share of closed deals that have activities, and the median share of the peers. It is below the peers only if that cannot be chance:
-- the upper bound of Wilson's interval is below the required share of the peers' median.
with

spine as (
    select * from {{ ref('int_comparison_spine') }}
),

closed_deals as (
    select * from {{ ref('int_closed_deals') }}
    where trackable_count > 0
),

covered as (
    select
        spine.segment_type,
        spine.segment_id,
        spine.narrow_group,
        spine.wide_group,
        'company' as widest_group,
        spine.period_type,
        spine.period_start,
        closed_deals.logged_count,
        closed_deals.trackable_count,
        cast(closed_deals.logged_count as double) / cast(closed_deals.trackable_count as double) as logging_coverage
    from spine
    inner join closed_deals
        on
            spine.segment_type = closed_deals.segment_type
            and spine.segment_id = closed_deals.segment_id
            and spine.period_type = closed_deals.period_type
            and spine.period_start = closed_deals.period_start
),

groups as (
    {%- for peer_group in ['narrow_group', 'wide_group', 'widest_group'] %}
    select
        segment_type,
        {{ peer_group }} as peer_group,
        period_type,
        period_start,
        count(*) as peer_count,
        {{ median('logging_coverage') }} as median_coverage
    from covered
    where {{ peer_group }} is not null
    group by segment_type, {{ peer_group }}, period_type, period_start
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

compared as (
    select
        covered.*,
        case
            when narrow_groups.peer_count >= {{ var('minimum_peers') }} then narrow_groups.median_coverage
            when wide_groups.peer_count >= {{ var('minimum_peers') }} or covered.segment_type = 'team'
                then wide_groups.median_coverage
            else widest_groups.median_coverage
        end as peer_median_coverage
    from covered
    left join groups as narrow_groups
        on
            covered.segment_type = narrow_groups.segment_type
            and covered.narrow_group = narrow_groups.peer_group
            and covered.period_type = narrow_groups.period_type
            and covered.period_start = narrow_groups.period_start
    left join groups as wide_groups
        on
            covered.segment_type = wide_groups.segment_type
            and covered.wide_group = wide_groups.peer_group
            and covered.period_type = wide_groups.period_type
            and covered.period_start = wide_groups.period_start
    left join groups as widest_groups
        on
            covered.segment_type = widest_groups.segment_type
            and covered.widest_group = widest_groups.peer_group
            and covered.period_type = widest_groups.period_type
            and covered.period_start = widest_groups.period_start
),

final as (
    select
        segment_type,
        segment_id,
        period_type,
        period_start,
        round(logging_coverage, 12) as logging_coverage,
        peer_median_coverage,
        {{ wilson_bound('logged_count', 'trackable_count', '+') }}
        < peer_median_coverage * {{ var('minimum_logging_coverage_ratio') }} as is_below_peers
    from compared
)

select * from final
