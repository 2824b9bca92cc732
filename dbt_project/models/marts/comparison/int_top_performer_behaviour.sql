-- Count, mean and variance of each behaviour metric among the top quarter of a peer group and among the rest, by quarter and year. Reps
-- are ranked by attainment where enough of the group have one, else by revenue won; a tie at the top is in it as a whole. Sums are of
-- decimals, and squares of deviations are parts of the largest one, so that neither threads nor currencies change a digit.
{% set side = 'peer_group, period_type, period_start, period_end, ranked_by, is_top, behaviour_metric, metric, pipeline, '
    ~ 'from_stage, to_stage' %}

with

reps as (
    select * from {{ ref('int_segment_peers') }}
    where segment_type = 'rep' and period_type in ('quarter', 'year')
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
    where metric in ('attainment', 'revenue_won') and not_ranked_reason is null and {{ peer_group }} is not null
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
        bool_or(metric = 'attainment') over (partition by peer_group, period_type, period_start) as has_attainment
    from ranked
    where peer_count >= {{ var('minimum_peers') }}
),

-- each behaviour metric with the metric whose collection it depends on
behaviour_metrics as (
    select
        rep_id,
        period_type,
        period_start,
        behaviour_metric,
        'behaviour_activities' as metric,
        '' as pipeline,
        '' as from_stage,
        '' as to_stage,
        value
    from {{ ref('int_activity_behaviour') }}
    union all
    select
        segment_id as rep_id,
        period_type,
        period_start,
        metric as behaviour_metric,
        case metric when 'average_won_amount' then 'attainment' else 'behaviour_lead_response' end as metric,
        '' as pipeline,
        '' as from_stage,
        '' as to_stage,
        value
    from reps
    where metric in ('average_won_amount', 'lead_response_business_minutes')
    union all
    select
        segment_id as rep_id,
        period_type,
        period_start,
        'stage_conversion' as behaviour_metric,
        'behaviour_stage_conversion' as metric,
        pipeline,
        from_stage,
        to_stage,
        conversion_rate as value
    from {{ ref('mart_funnel_conversion') }}
    where segment_type = 'rep' and "view" = 'cohort' and period_type in ('quarter', 'year')
),

observed as (
    select
        preferred.peer_group,
        preferred.period_end,
        preferred.metric as ranked_by,
        preferred.rank_in_group * 4 <= preferred.peer_count as is_top,
        behaviour_metrics.*
    from preferred
    inner join behaviour_metrics using (rep_id, period_type, period_start)
    where
        preferred.metric = case when preferred.has_attainment then 'attainment' else 'revenue_won' end
        and behaviour_metrics.value is not null
),

averaged as (
    select
        *,
        count(*) over (partition by {{ side }}) as rep_count,
        cast(sum(cast(value as decimal(28, 12))) over (partition by {{ side }}) as double)
        / cast(count(*) over (partition by {{ side }}) as double) as mean_value
    from observed
),

scaled as (
    select
        *,
        value - mean_value as deviation,
        max(abs(value - mean_value)) over (partition by {{ side }}) as largest_deviation
    from averaged
),

final as (
    select
        {{ side }},
        rep_count,
        mean_value,
        case
            when rep_count > 1
                then
                    coalesce(cast(sum(
                        cast(power(deviation / nullif(largest_deviation, 0), 2) as decimal(28, 18))
                    ) as double), 0)
                    * largest_deviation * largest_deviation / (rep_count - 1)
        end as variance
    from scaled
    group by {{ side }}, rep_count, mean_value, largest_deviation
)

select * from final
