-- noqa: disable=LT02
-- One value a rep or team, period and metric, with what the value rests on: successes and trials for a rate, the deals closed
-- that the exposure is judged by. Credits and activities come from the attainment mart, so that no number is computed twice.
with

segment_periods as (
    select * from {{ ref('int_segment_periods_listed') }}
),

closed_deals as (
    select * from {{ ref('int_closed_deals_summed') }}
),

deals as (
    select * from {{ ref('fct_opportunities') }}
),

deal_segments as (
    select * from {{ ref('int_opportunity_segments_expanded') }}
),

actuals as (
    select
        assignee_type,
        assignee_id,
        period_type,
        period_start,
        {%- for metric in counted_metrics() %}
        max(case when metric = '{{ metric }}' then actual_amount end) as {{ metric }},
        {%- endfor %}
        max(case when metric = 'revenue_won' then attainment_ratio end) as attainment_ratio,
        max(case when metric = 'revenue_won' and not is_partial_quota then gap_amount end) as gap_amount,
        coalesce(bool_or(metric = 'revenue_won' and is_partial_quota), false) as has_partial_quota
    from {{ ref('mart_quota_attainment') }}
    where assignee_type in ('rep', 'team')
    group by assignee_type, assignee_id, period_type, period_start
),

lead_responses as (
    select * from {{ ref('mart_lead_response') }}
),

segments_recorded as (
    select distinct
        segment_type,
        segment_id
    from lead_responses
    where recorded_count > 0
),

pipelines as (
    select
        deal_segments.segment_type,
        deal_segments.segment_id,
        sum(deals.amount_reporting) as open_amount
    from deals
    inner join deal_segments on deals.opportunity_id = deal_segments.opportunity_id
    where not deals.is_closed
    group by deal_segments.segment_type, deal_segments.segment_id
),

ever_owned as (
    select
        segment_type,
        segment_id
    from deal_segments
    union
    select
        'rep' as segment_type,
        rep_id as segment_id
    from {{ ref('fct_credits') }}
),

measured as (
    select
        segment_periods.*,
        ever_owned.segment_id is not null as has_deals,
        coalesce(closed_deals.closed_count, 0) as closed_count,
        coalesce(closed_deals.won_count, 0) as won_count,
        cast(
            {{ exact_quotient('closed_deals.won_amount', 'nullif(closed_deals.won_amount_count, 0)') }} as decimal(18, 2)
        ) as average_won_amount,
        closed_deals.median_cycle_days,
        {%- for metric in counted_metrics() %}
        actuals.{{ metric }},
        {%- endfor %}
        actuals.attainment_ratio,
        case
            when actuals.gap_amount > 0 and pipelines.segment_id is null then 0
            when actuals.gap_amount > 0
                then cast(pipelines.open_amount as double) / cast(actuals.gap_amount as double)
        end as pipeline_coverage,
        lead_responses.median_response_business_minutes,
        coalesce(
            lead_responses.recorded_count > 0, segments_recorded.segment_id is not null
        ) as is_response_recorded,
        coalesce(actuals.has_partial_quota, false) as has_partial_quota
    from segment_periods
    left join closed_deals
        on
            segment_periods.segment_type = closed_deals.segment_type
            and segment_periods.segment_id = closed_deals.segment_id
            and segment_periods.period_type = closed_deals.period_type
            and segment_periods.period_start = closed_deals.period_start
    left join ever_owned
        on
            segment_periods.segment_type = ever_owned.segment_type
            and segment_periods.segment_id = ever_owned.segment_id
    left join pipelines
        on
            segment_periods.segment_type = pipelines.segment_type
            and segment_periods.segment_id = pipelines.segment_id
    left join actuals
        on
            segment_periods.segment_type = actuals.assignee_type
            and segment_periods.segment_id = actuals.assignee_id
            and segment_periods.period_type = actuals.period_type
            and segment_periods.period_start = actuals.period_start
    left join lead_responses
        on
            segment_periods.segment_type = lead_responses.segment_type
            and segment_periods.segment_id = lead_responses.segment_id
            and segment_periods.period_type = lead_responses.period_type
            and segment_periods.period_start = lead_responses.period_start
    left join segments_recorded
        on
            segment_periods.segment_type = segments_recorded.segment_type
            and segment_periods.segment_id = segments_recorded.segment_id
),

listed as (
    {% set results = {
        'attainment': 'attainment_ratio',
        'revenue_won': 'coalesce(revenue_won, 0)',
        'deals_won': 'coalesce(deals_won, 0)',
        'new_customers': 'new_customers',
        'units_sold': 'units_sold',
        'win_rate': 'cast(won_count as double) / nullif(cast(closed_count as double), 0)',
        'average_won_amount': 'average_won_amount',
        'median_cycle_days': 'median_cycle_days',
    } %}
    {% set pipeline = {
        'pipeline_created': 'pipeline_created',
        'pipeline_coverage': 'pipeline_coverage',
    } %}
    {% set efforts = {
        'leads_qualified': 'leads_qualified',
        'calls': 'calls',
        'emails': 'emails',
        'meetings': 'meetings',
        'proposals': 'proposals',
        'lead_response_business_minutes': 'median_response_business_minutes',
    } %}
    {% for metric, expression in (results.items() | list) + (pipeline.items() | list) + (efforts.items() | list) -%}
    select
        segment_type,
        segment_id,
        segment_name,
        narrow_group,
        wide_group,
        period_type,
        period_start,
        period_end,
        '{{ metric }}' as metric,
        cast({{ expression }} as double) as value,
        {{ 'won_count' if metric == 'win_rate' else 'cast(null as bigint)' }} as successes,
        {{ 'closed_count' if metric == 'win_rate' else 'cast(null as bigint)' }} as trials,
        {{ 'false' if metric in efforts else 'true' }} as rests_on_deals,
        {{ 'true' if metric in results else 'false' }} as rests_on_closed_deals,
        {% if metric in counted_metrics() and metric not in ('revenue_won', 'deals_won') -%}
            {{ metric }} is not null as is_recorded,
        {% elif metric == 'lead_response_business_minutes' -%}
            is_response_recorded as is_recorded,
        {% else -%}
            true as is_recorded,
        {% endif -%}
        closed_count,
        has_deals,
        has_partial_quota
    from measured
        {% if metric == 'pipeline_coverage' %}where holds_as_of_date
        {% endif -%}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- none is known to be none only where somebody wrote it down
judged as (
    select
        listed.*,
        coalesce(
            statuses.collection_status = 'not_recorded' and coalesce(listed.value, 0) = 0, false
        ) as is_missing
    from listed
    {{ join_collection('listed', 'listed.segment_type', 'listed.segment_id', 'listed.metric') }}
),

final as (
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
        case when not is_missing then value end as value,
        successes,
        trials,
        rests_on_deals,
        rests_on_closed_deals,
        is_recorded and not is_missing as is_recorded,
        closed_count,
        has_deals,
        has_partial_quota
    from judged
)

select * from final
