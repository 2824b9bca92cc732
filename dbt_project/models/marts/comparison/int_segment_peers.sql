-- The peer group of each rep or team: reps of the same role and segment; if they are too few, of the same role; else all reps. A team is
-- compared with the teams at its level, however few they are. Only those who can be ranked are peers, the compared one included.
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

logging_coverages as (
    select * from {{ ref('int_logging_coverages') }}
),

-- where nothing was recorded, none is unknown
recorded as (
    select
        figures.*,
        coalesce(
            statuses.collection_status = 'not_recorded'
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
        has_partial_quota
    from recorded
),

explained as (
    select
        known.*,
        logging_coverages.logging_coverage,
        case
            when not known.has_deals and (known.rests_on in ('closed_deals', 'deals') or known.value is null) then 'no_deals'
            when exposures.exposure_reason is not null then exposures.exposure_reason
            when logging_coverages.is_below_peers then 'low_logging_coverage'
            when not known.is_recorded then 'not_recorded'
            when known.rests_on = 'closed_deals' and known.closed_count < {{ var('minimum_closed_deals') }}
                then 'below_minimum_closed_deals'
            when known.value is not null then null
            when known.metric in ('attainment', 'pipeline_coverage') and known.has_partial_quota then 'partial_quota'
            when known.metric = 'attainment' then 'no_quota'
            else 'no_value'
        end as not_ranked_reason
    from known
    left join exposures
        on
            known.segment_type = exposures.segment_type
            and known.segment_id = exposures.segment_id
            and known.period_type = exposures.period_type
            and known.period_start = exposures.period_start
    left join logging_coverages
        on
            known.segment_type = logging_coverages.segment_type
            and known.segment_id = logging_coverages.segment_id
            and known.period_type = logging_coverages.period_type
            and known.period_start = logging_coverages.period_start
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
        case
            when segment_type = 'team' then wide_group
            when narrow_group is not null and narrow_group_count >= {{ var('minimum_peers') }} then narrow_group
            when wide_group is not null and wide_group_count >= {{ var('minimum_peers') }} then wide_group
            else 'company'
        end as peer_group
    from counted
)

select * from final
