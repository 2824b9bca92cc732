with

attainments as (
    select * from {{ ref('mart_quota_attainment') }}
    where assignee_type in ('rep', 'team') and attainment_ratio is not null and elapsed_ratio > 0
),

counted as (
    select
        assignee_type,
        metric,
        period_type,
        period_start,
        period_end,
        is_complete,
        count(*) as assignee_count,
        round({{ percentile_10('attainment_ratio') }}, 12) as p10_attainment_ratio,
        round({{ median('attainment_ratio') }}, 12) as median_attainment_ratio,
        round({{ percentile_90('attainment_ratio') }}, 12) as p90_attainment_ratio,
        count(case when attainment_ratio >= 1 then 1 end) as attained_count,
        count(case when attainment_ratio < 0.5 then 1 end) as below_half_count
    from attainments
    group by assignee_type, metric, period_type, period_start, period_end, is_complete
),

figures as (
    select
        assignee_type,
        metric,
        period_type,
        period_start,
        period_end,
        is_complete,
        assignee_count,
        p10_attainment_ratio,
        median_attainment_ratio,
        p90_attainment_ratio,
        attained_count,
        cast(attained_count as double) / cast(assignee_count as double) as attained_share,
        below_half_count,
        cast(below_half_count as double) / cast(assignee_count as double) as below_half_share
    from counted
),

final as (
    {{ with_comparability('figures', "'company'", "'company'", 'figures.metric', is_complete=none) }}
)

select * from final
