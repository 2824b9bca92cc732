-- With whom a rep is compared: those of the same role and segment; where they are too few, of the same role; else everyone. A
-- team: with those at its level, however few. Only who may be ranked is a peer, the compared one included.
with

measured as (
    select * from {{ ref('int_segment_metrics_measured') }}
),

exposures as (
    select
        'rep' as segment_type,
        rep_id as segment_id,
        period_type,
        period_start,
        exposure_reason
    from {{ ref('int_rep_exposures_measured') }}
),

logging_coverages as (
    select * from {{ ref('int_logging_coverages_compared') }}
),

judged as (
    select
        measured.*,
        logging_coverages.logging_coverage,
        case
            when not measured.has_deals and (measured.rests_on_deals or measured.value is null) then 'no_deals'
            when exposures.exposure_reason is not null then exposures.exposure_reason
            when logging_coverages.is_below_peers then 'low_logging_coverage'
            when not measured.is_recorded then 'not_recorded'
            when measured.rests_on_closed_deals and measured.closed_count < {{ var('minimum_closed_deals') }}
                then 'below_minimum_closed_deals'
            when measured.value is not null then null
            when measured.metric in ('attainment', 'pipeline_coverage') and measured.has_partial_quota
                then 'partial_quota'
            when measured.metric = 'attainment' then 'no_quota'
            else 'no_value'
        end as not_ranked_reason
    from measured
    left join exposures
        on
            measured.segment_type = exposures.segment_type
            and measured.segment_id = exposures.segment_id
            and measured.period_type = exposures.period_type
            and measured.period_start = exposures.period_start
    left join logging_coverages
        on
            measured.segment_type = logging_coverages.segment_type
            and measured.segment_id = logging_coverages.segment_id
            and measured.period_type = logging_coverages.period_type
            and measured.period_start = logging_coverages.period_start
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
    from judged
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
