{% set open_amount = 'case when summed.open_deal_count is null then 0 else summed.open_amount end' %}

with

open_deals as (
    select * from {{ ref('int_open_deals') }}
),

deal_segments as (
    {{ segments_of_deals() }}
),

velocities as (
    select * from {{ ref('int_pipeline_velocity') }}
),

-- the fiscal quarter of as_of, and the one after it
quarters as (
    select
        period_dates.period_start,
        {{ add_days('period_dates.period_end', 1) }} as next_start
    from {{ ref('int_period_dates_expanded') }} as period_dates
    inner join {{ ref('int_as_of_determined') }} as as_of on period_dates.date_day = as_of.as_of_date
    where period_dates.period_type = 'quarter'
),

gaps as (
    select
        assignee_type as segment_type,
        assignee_id as segment_id,
        period_start,
        case when not is_partial_quota then gap_amount end as gap_amount,
        case
            when quota_source is null then 'no_quota'
            when is_partial_quota then 'partial_quota'
            when quota_amount is null then 'quota_unknown'
            when gap_amount is null then 'not_recorded'
            when gap_amount <= 0 then 'quota_reached'
        end as no_gap_reason
    from {{ ref('mart_quota_attainment') }}
    where metric = 'revenue_won' and period_type = 'quarter'
),

open_deals_in_pipelines as (
    select
        *,
        pipeline as shown_pipeline
    from open_deals
    where pipeline <> 'all'
    union all
    select
        *,
        'all' as shown_pipeline
    from open_deals
),

summed as (
    select
        deal_segments.segment_type,
        deal_segments.segment_id,
        open_deals.shown_pipeline as pipeline,
        count(*) as open_deal_count,
        sum(open_deals.amount_reporting) as open_amount,
        count(*) - count(open_deals.amount_reporting) as unknown_amount_count,
        count(open_deals.is_past_due) as dated_deal_count,
        count(case when open_deals.is_past_due then 1 end) as past_due_count,
        count(open_deals.slip_count) as versioned_deal_count,
        count(case when open_deals.slip_count > 0 then 1 end) as slipped_count,
        cast(sum(open_deals.slip_count) as bigint) as slip_count,
        {{ median('cast(open_deals.slipped_days as double)') }} as median_slipped_days,
        count(open_deals.is_without_activity) as tracked_deal_count,
        count(case when open_deals.is_without_activity then 1 end) as inactive_count
    from open_deals_in_pipelines as open_deals
    inner join deal_segments on open_deals.opportunity_id = deal_segments.opportunity_id
    group by deal_segments.segment_type, deal_segments.segment_id, open_deals.shown_pipeline
),

keys as (
    select
        segment_type,
        segment_id,
        pipeline
    from velocities
    union
    select
        gaps.segment_type,
        gaps.segment_id,
        'all' as pipeline
    from gaps
    inner join quarters using (period_start)
    where gaps.gap_amount is not null
),

final as (
    select
        cast(keys.segment_type as varchar) as segment_type,
        cast(keys.segment_id as varchar) as segment_id,
        cast(segments.segment_name as varchar) as segment_name,
        segments.is_leaf_team,
        cast(keys.pipeline as varchar) as pipeline,
        coalesce(summed.open_deal_count, 0) as open_deal_count,
        coalesce(velocities.qualified_deal_count, 0) as qualified_deal_count,
        {{ with_cents(open_amount) }} as open_amount,
        coalesce(summed.unknown_amount_count, 0) as unknown_amount_count,
        quarters.next_start as next_period_start,
        {%- for next, gap in {'': 'gaps', 'next_': 'next_gaps'}.items() %}
        {{ gap }}.gap_amount as {{ next }}remaining_gap_amount,
        case
            when {{ gap }}.gap_amount > 0 then cast({{ open_amount }} as double) / cast({{ gap }}.gap_amount as double)
        end as {{ next }}coverage_ratio,
        case
            when {{ gap }}.segment_id is null then 'no_quota'
            when {{ gap }}.no_gap_reason is null and {{ open_amount }} is null then 'no_known_amount'
            else {{ gap }}.no_gap_reason
        end as {{ next }}no_coverage_reason,
        {%- endfor %}
        {%- for state, known in {'past_due': 'dated', 'slipped': 'versioned', 'inactive': 'tracked'}.items() %}
        case
            when summed.open_deal_count is null then 0
            when summed.{{ known }}_deal_count > 0 then summed.{{ state }}_count
        end as {{ state }}_deal_count,
        {%- endfor %}
        case when summed.open_deal_count is null then 0 else summed.slip_count end as slip_count,
        round(summed.median_slipped_days, 12) as median_slipped_days,
        cast({{ var('days_without_activity') }} as bigint) as days_without_activity,
        cast({{ var('velocity_window_days') }} as bigint) as velocity_window_days,
        coalesce(velocities.won_deal_count, 0) as won_deal_count,
        coalesce(velocities.closed_deal_count, 0) as closed_deal_count,
        velocities.win_rate,
        velocities.average_won_amount,
        velocities.median_cycle_days,
        velocities.velocity_per_day
    from keys
    inner join {{ ref('int_segments_listed') }} as segments using (segment_type, segment_id)
    left join summed using (segment_type, segment_id, pipeline)
    left join velocities using (segment_type, segment_id, pipeline)
    cross join quarters
    {%- for gap, start in {'gaps': 'period_start', 'next_gaps': 'next_start'}.items() %}
    left join gaps as {{ gap }}
        on
            keys.segment_type = {{ gap }}.segment_type
            and keys.segment_id = {{ gap }}.segment_id
            and quarters.{{ start }} = {{ gap }}.period_start
    {%- endfor %}
)

select * from final
