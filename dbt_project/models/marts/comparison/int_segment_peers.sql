-- The peer group of each rep or team. Only those who can be ranked are peers, the compared one included.
with

figures as (
    select * from {{ ref('int_segment_figures') }}
),

exposures as (
    select
        'rep' as segment_type,
        rep_id as segment_id,
        period_type,
        period_start,
        exposure_reason
    from {{ ref('int_rep_exposures') }}
),

-- where nothing was recorded, none is unknown
recorded as (
    select
        figures.*,
        coalesce(
            {{ is_unknown('figures') }}
            and (coalesce(figures.value, 0) = 0 or figures.takes_no_credit_as_none), false
        ) as is_unknown
    from figures
    {{ join_collection('figures', 'figures.segment_type', 'figures.segment_id', 'figures.metric') }}
),

known as (
    select
        segment_type,
        segment_id,
        segment_name,
        narrow_group,
        wide_group,
        period_type,
        period_start,
        period_end,
        metric,
        rests_on,
        case when not is_unknown then value end as value,
        successes,
        trials,
        is_recorded and not is_unknown as is_recorded,
        closed_count,
        has_deals,
        has_partial_quota,
        logging_coverage,
        is_below_peers
    from recorded
),

metrics_with_values as (
    select distinct
        segment_type,
        metric
    from known
    where value is not null
),

-- without a value a row says something only where that value is unknown
listed as (
    select known.*
    from known
    inner join metrics_with_values using (segment_type, metric)
    where
        known.value is not null
        or not known.is_recorded
        or (known.metric in ('attainment', 'pipeline_coverage') and known.has_partial_quota)
),

explained as (
    select
        listed.*,
        case
            when not listed.has_deals and (listed.rests_on in ('closed_deals', 'deals') or listed.value is null) then 'no_deals'
            when exposures.exposure_reason is not null then exposures.exposure_reason
            when listed.is_below_peers then 'low_logging_coverage'
            when not listed.is_recorded then 'not_recorded'
            when listed.rests_on = 'closed_deals' and listed.closed_count < {{ var('minimum_closed_deals') }}
                then 'below_minimum_closed_deals'
            when listed.value is null then 'partial_quota'
        end as not_ranked_reason
    from listed
    left join exposures using (segment_type, segment_id, period_type, period_start)
),

counted as (
    select
        *,
        count(case when not_ranked_reason is null then 1 end) over (
            partition by segment_type, metric, period_type, period_start, narrow_group
        ) as narrow_group_count,
        count(case when not_ranked_reason is null then 1 end) over (
            partition by segment_type, metric, period_type, period_start, wide_group
        ) as wide_group_count
    from explained
),

final as (
    select
        *,
        {{ chosen_peer_group() }} as peer_group
    from counted
)

select * from final
