-- The deals that a rep or team closed in a period, how many of them have activities, and whether far fewer do than among the peers. A deal
-- that closed before its source delivered any activity cannot have any, and says nothing about logging. Far fewer: it cannot be chance, the
-- upper bound of Wilson's interval is below the required share of the peers' median.
with

deals as (
    select * from {{ ref('fct_opportunities') }}
),

deal_segments as (
    select
        subject_id as opportunity_id,
        segment_type,
        segment_id
    from {{ ref('fct_segment_subjects') }}
    where subject_type = 'opportunity' and segment_type in ('team', 'rep')
),

activities as (
    select * from {{ ref('fct_activities') }}
),

spine as (
    select * from {{ ref('int_comparison_spine') }}
),

activities_of_deals as (
    select
        opportunity_id,
        count(*) as activity_count
    from activities
    group by opportunity_id
),

recordings as (
    select
        source,
        min(occurred_on) as recorded_from
    from activities
    group by source
),

closed as (
    select
        deals.opportunity_id,
        deals.is_won,
        deals.closed_on,
        case when deals.is_won then deals.amount_reporting end as won_amount,
        case
            when deals.is_won and deals.closed_on >= deals.created_on
                then {{ days_between('deals.created_on', 'deals.closed_on') }}
        end as cycle_days,
        deals.closed_on >= recordings.recorded_from as is_logging_recorded,
        coalesce(activities_of_deals.activity_count, 0) as activity_count
    from deals
    left join activities_of_deals using (opportunity_id)
    left join recordings using (source)
    where deals.is_closed
),

counted as (
    select
        deal_segments.segment_type,
        deal_segments.segment_id,
        period_dates.period_type,
        period_dates.period_start,
        count(*) as closed_count,
        count(case when closed.is_won then 1 end) as won_count,
        sum(closed.won_amount) as won_amount,
        count(closed.won_amount) as won_amount_count,
        {{ median('cast(closed.cycle_days as double)') }} as median_cycle_days,
        count(case when closed.is_logging_recorded then 1 end) as trackable_count,
        count(case when closed.is_logging_recorded and closed.activity_count > 0 then 1 end) as logged_count,
        sum(case when closed.is_logging_recorded then closed.activity_count end) as activity_count
    from closed
    inner join deal_segments using (opportunity_id)
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on closed.closed_on = period_dates.date_day
    group by deal_segments.segment_type, deal_segments.segment_id, period_dates.period_type, period_dates.period_start
),

covered as (
    select
        spine.*,
        cast(counted.logged_count as double) / cast(counted.trackable_count as double) as logging_coverage,
        count(*) over (
            partition by spine.segment_type, spine.narrow_group, spine.period_type, spine.period_start
        ) as narrow_group_count,
        count(*) over (
            partition by spine.segment_type, spine.wide_group, spine.period_type, spine.period_start
        ) as wide_group_count
    from spine
    inner join counted using (segment_type, segment_id, period_type, period_start)
    where counted.trackable_count > 0
),

medians as (
    {%- for peer_group in ['narrow_group', 'wide_group', "'company'"] %}
    select
        segment_type,
        {{ peer_group }} as peer_group,
        period_type,
        period_start,
        {{ median('logging_coverage') }} as peer_median_coverage
    from covered
    group by segment_type, {{ peer_group }}, period_type, period_start
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

compared as (
    select
        *,
        {{ chosen_peer_group() }} as peer_group
    from covered
),

final as (
    select
        counted.*,
        round(compared.logging_coverage, 12) as logging_coverage,
        medians.peer_median_coverage,
        {{ wilson_bound('counted.logged_count', 'counted.trackable_count', '+') }}
        < medians.peer_median_coverage * {{ var('minimum_logging_coverage_ratio') }} as is_below_peers
    from counted
    left join compared using (segment_type, segment_id, period_type, period_start)
    left join medians using (segment_type, peer_group, period_type, period_start)
)

select * from final
