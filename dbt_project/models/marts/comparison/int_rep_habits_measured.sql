-- How each rep worked in a quarter or year, one figure a row: the mix of activities on the days on which their type was recorded, how
-- many went into a deal, how fast leads were answered, how large deals are, and how many deals go from each stage to the next.
with

activity_days as (
    select * from {{ ref('mart_activity_daily') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
    where period_type in ('quarter', 'year')
),

activities as (
    select
        activity_days.rep_id,
        period_dates.period_type,
        period_dates.period_start,
        {%- for type in ['call', 'email', 'meeting', 'proposal'] %}
        cast(sum(activity_days.{{ type }}_count) as double) / nullif(cast(
            sum(case when activity_days.{{ type }}_count is not null then activity_days.activity_count end) as double
        ), 0) as {{ type }}_share,
        {%- endfor %}
        count(*) as day_count
    from activity_days
    inner join period_dates on activity_days.activity_date = period_dates.date_day
    group by activity_days.rep_id, period_dates.period_type, period_dates.period_start
),

closed_deals as (
    select * from {{ ref('int_closed_deals_summed') }}
    where segment_type = 'rep' and period_type in ('quarter', 'year')
),

metrics_measured as (
    select * from {{ ref('int_segment_metrics_measured') }}
    where segment_type = 'rep' and period_type in ('quarter', 'year')
),

conversions as (
    select * from {{ ref('mart_funnel_conversion') }}
    where segment_type = 'rep' and "view" = 'cohort' and period_type in ('quarter', 'year')
),

unioned as (
    {%- for type in ['call', 'email', 'meeting', 'proposal'] %}
    select
        rep_id,
        period_type,
        period_start,
        '{{ type }}_share' as habit,
        cast(null as varchar) as pipeline,
        cast(null as varchar) as from_stage,
        cast(null as varchar) as to_stage,
        {{ type }}_share as value
    from activities
    union all
    {%- endfor %}
    select
        segment_id as rep_id,
        period_type,
        period_start,
        'activities_per_deal' as habit,
        cast(null as varchar) as pipeline,
        cast(null as varchar) as from_stage,
        cast(null as varchar) as to_stage,
        cast(activity_count as double) / nullif(cast(loggable_count as double), 0) as value
    from closed_deals
    union all
    select
        segment_id as rep_id,
        period_type,
        period_start,
        metric as habit,
        cast(null as varchar) as pipeline,
        cast(null as varchar) as from_stage,
        cast(null as varchar) as to_stage,
        value
    from metrics_measured
    where metric in ('lead_response_business_minutes', 'average_won_amount')
    union all
    select
        segment_id as rep_id,
        period_type,
        period_start,
        'stage_conversion' as habit,
        pipeline,
        from_stage,
        to_stage,
        conversion_rate as value
    from conversions
),

final as (
    select * from unioned
    where value is not null
)

select * from final
