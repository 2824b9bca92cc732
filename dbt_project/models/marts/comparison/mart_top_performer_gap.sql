-- Has a row only where the difference is larger than chance. The unit is the rep, and every behaviour metric, also a share, is one figure
-- per rep: activities and deals of one rep are not independent trials. Many are compared at once, and some would differ by chance: the
-- difference must hold for all of the group and period together (Bonferroni).
with

sides as (
    select * from {{ ref('int_top_performer_behaviour') }}
),

-- a step of leads may have several sources
steps as (
    select
        pipeline,
        from_stage,
        to_stage,
        min(from_position_in_pipeline) as from_position_in_pipeline,
        min(to_position_in_pipeline) as to_position_in_pipeline,
        min(step_type) as step_type
    from {{ ref('int_funnel_steps') }}
    where definition = 'current'
    group by pipeline, from_stage, to_stage
),

compared as (
    select
        top_side.peer_group,
        top_side.period_type,
        top_side.period_start,
        top_side.period_end,
        top_side.ranked_by,
        top_side.behaviour_metric,
        top_side.metric,
        top_side.pipeline,
        top_side.from_stage,
        top_side.to_stage,
        steps.from_position_in_pipeline,
        steps.to_position_in_pipeline,
        steps.step_type,
        top_side.rep_count as top_count,
        top_side.mean_value as top_mean,
        top_side.variance as top_variance,
        rest_side.rep_count as rest_count,
        rest_side.mean_value as rest_mean,
        rest_side.variance as rest_variance
    from sides as top_side
    inner join sides as rest_side using (peer_group, period_type, period_start, behaviour_metric, pipeline, from_stage, to_stage)
    left join steps using (pipeline, from_stage, to_stage)
    where
        top_side.is_top
        and not rest_side.is_top
        -- the spread of two figures is often far too small
        and top_side.rep_count >= 3
        and rest_side.rep_count >= 3
),

bounded as (
    select
        *,
        {{ welch_bound('top', 'rest', '-') }} as interval_low,
        {{ welch_bound('top', 'rest', '+') }} as interval_high
    from compared
),

counted as (
    select
        *,
        count(*) over (partition by peer_group, period_type, period_start) as behaviour_metric_count
    from bounded
),

adjusted as (
    select
        *,
        {{ normal_tail_quantile('cast(0.025 as double) / behaviour_metric_count') }} as joint_quantile
    from counted
),

with_joint_bounds as (
    select
        *,
        {{ welch_bound('top', 'rest', '-', 'joint_quantile') }} as joint_low,
        {{ welch_bound('top', 'rest', '+', 'joint_quantile') }} as joint_high
    from adjusted
),

figures as (
    select
        cast(peer_group as varchar) as peer_group,
        cast(period_type as varchar) as period_type,
        period_start,
        period_end,
        cast(ranked_by as varchar) as ranked_by,
        cast(behaviour_metric as varchar) as behaviour_metric,
        cast(nullif(pipeline, '') as varchar) as pipeline,
        cast(nullif(from_stage, '') as varchar) as from_stage,
        cast(nullif(to_stage, '') as varchar) as to_stage,
        from_position_in_pipeline,
        to_position_in_pipeline,
        step_type,
        top_count,
        rest_count,
        round(top_mean, 12) as top_value,
        round(rest_mean, 12) as rest_value,
        round(top_mean - rest_mean, 12) as difference,
        interval_low,
        interval_high,
        behaviour_metric_count,
        metric
    from with_joint_bounds
    where joint_low > 0 or joint_high < 0
),

compared_over_time as (
    {{ with_comparability('figures', "'company'", "'company'", 'figures.metric') }}
),

final as (
    select {{ all_columns_but('compared_over_time', 'metric') }} from compared_over_time
)

select * from final
