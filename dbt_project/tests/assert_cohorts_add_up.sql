select
    segment_type,
    segment_id,
    pipeline,
    period_type,
    period_start,
    from_stage,
    to_stage,
    reached_count,
    converted_count,
    open_count,
    lost_count
from {{ ref('mart_funnel_conversion') }}
where "view" = 'cohort'
    and (
        reached_count <> converted_count + open_count + lost_count
        or coalesce(conversion_rate, -1) not between 0 and 1
    )
