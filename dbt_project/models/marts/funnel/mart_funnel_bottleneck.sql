-- The gap to the company is the gap to the rest of the company times the rest's share of the deals that reached the stage. Newcombe's
-- interval requires two separate groups: it is computed for the segment against the rest.
with

steps as (
    select distinct
        subject_type,
        pipeline,
        from_stage,
        to_stage,
        from_position_in_pipeline,
        to_position_in_pipeline
    from {{ ref('int_funnel_steps') }}
    where definition = 'current' and to_position = from_position + 1
),

cohorts as (
    select
        cohorts.*,
        steps.from_position_in_pipeline,
        steps.to_position_in_pipeline
    from {{ ref('int_funnel_counts') }} as cohorts
    inner join steps using (subject_type, pipeline, from_stage, to_stage)
    where cohorts.definition = 'current' and cohorts."view" = 'cohort'
),

segments as (
    select * from {{ ref('int_segments_listed') }}
    where segment_type <> 'company'
),

compared as (
    select
        own.segment_type,
        own.segment_id,
        segments.segment_name,
        segments.is_leaf_team,
        own.subject_type,
        own.pipeline,
        own.period_type,
        own.period_start,
        own.period_end,
        own.from_stage,
        own.to_stage,
        own.from_position_in_pipeline,
        own.to_position_in_pipeline,
        own.reached_count,
        own.converted_count,
        company.reached_count as company_reached_count,
        company.converted_count as company_converted_count,
        company.reached_count - own.reached_count as rest_reached_count,
        company.converted_count - own.converted_count as rest_converted_count,
        cast(own.converted_count as double) / cast(own.reached_count as double) as conversion_rate,
        cast(company.converted_count as double) / cast(company.reached_count as double) as company_conversion_rate
    from cohorts as own
    inner join segments using (segment_type, segment_id)
    inner join cohorts as company using (subject_type, pipeline, period_type, period_start, from_stage, to_stage)
    where company.segment_type = 'company'
),

ranked as (
    select
        *,
        round(conversion_rate - company_conversion_rate, 12) as gap,
        row_number() over (
            partition by segment_type, segment_id, subject_type, pipeline, period_type, period_start
            order by
                round(conversion_rate - company_conversion_rate, 12) asc, from_position_in_pipeline asc,
                from_stage asc, to_stage asc
        ) as position_by_gap
    from compared
),

bounded as (
    select
        *,
        round(
            cast(rest_reached_count as double) / cast(company_reached_count as double)
            * {{ newcombe_bound('converted_count', 'reached_count', 'rest_converted_count', 'rest_reached_count', '-') }}, 12
        ) as gap_low,
        round(
            cast(rest_reached_count as double) / cast(company_reached_count as double)
            * {{ newcombe_bound('converted_count', 'reached_count', 'rest_converted_count', 'rest_reached_count', '+') }}, 12
        ) as gap_high
    from ranked
    where position_by_gap = 1 and gap < 0
),

figures as (
    select
        {{ all_columns_but('bounded', 'rest_reached_count, rest_converted_count, position_by_gap') }},
        coalesce(
            bounded.gap_high < 0 and bounded.reached_count >= {{ var('minimum_reached_count') }}, false
        ) as is_distinguishable
    from bounded
),

final as (
    {{ with_comparability(
        'figures', 'figures.segment_type', 'figures.segment_id',
        "'funnel_conversion'", pipeline='figures.pipeline'
    ) }}
)

select * from final
