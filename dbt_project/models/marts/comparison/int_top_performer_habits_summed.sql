-- Count, mean and variance of each habit among the top of a peer group and among the rest. Sums are of decimals, and squares of
-- deviations as parts of the largest one, so that neither threads nor currencies change a digit.
{% set side = 'peer_group, period_type, period_start, period_end, ranked_by, is_top, habit, pipeline, from_stage, to_stage' %}

with

performers as (
    select * from {{ ref('int_top_performers_ranked') }}
),

habits as (
    select * from {{ ref('int_rep_habits_measured') }}
),

observed as (
    select
        performers.peer_group,
        performers.period_type,
        performers.period_start,
        performers.period_end,
        performers.ranked_by,
        performers.is_top,
        habits.habit,
        coalesce(habits.pipeline, '') as pipeline,
        coalesce(habits.from_stage, '') as from_stage,
        coalesce(habits.to_stage, '') as to_stage,
        habits.value
    from performers
    inner join habits
        on
            performers.rep_id = habits.rep_id
            and performers.period_type = habits.period_type
            and performers.period_start = habits.period_start
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
        peer_group,
        period_type,
        period_start,
        period_end,
        ranked_by,
        is_top,
        habit,
        pipeline,
        from_stage,
        to_stage,
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
