-- The share of the deals closed that have the trail of activities, beside the median share of the peers. Too little is what cannot be
-- chance: the upper bound of Wilson's interval lies below the least share of the peers' median that is asked for.
with

segment_periods as (
    select * from {{ ref('int_segment_periods_listed') }}
),

closed_deals as (
    select * from {{ ref('int_closed_deals_summed') }}
    where loggable_count > 0
),

covered as (
    select
        segment_periods.segment_type,
        segment_periods.segment_id,
        segment_periods.narrow_group,
        segment_periods.wide_group,
        'company' as widest_group,
        segment_periods.period_type,
        segment_periods.period_start,
        closed_deals.logged_count,
        closed_deals.loggable_count,
        cast(closed_deals.logged_count as double) / cast(closed_deals.loggable_count as double) as logging_coverage
    from segment_periods
    inner join closed_deals
        on
            segment_periods.segment_type = closed_deals.segment_type
            and segment_periods.segment_id = closed_deals.segment_id
            and segment_periods.period_type = closed_deals.period_type
            and segment_periods.period_start = closed_deals.period_start
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
        {{ wilson_bound('logged_count', 'loggable_count', '+') }}
        < peer_median_coverage * {{ var('minimum_logging_coverage_ratio') }} as is_below_peers
    from compared
)

select * from final
