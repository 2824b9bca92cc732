-- Each deal that counts, and each of its lines, that is yet excluded from some metrics, by reason: what it lacks for them.
with

opportunities as (
    select * from {{ ref('int_opportunity_history') }}
    where known_to is null
),

validated as (
    select * from {{ ref('int_opportunity_history_validated') }}
    where exclusion_reason is null and known_to is null
),

deals_with_stages as (
    select distinct opportunity_id from {{ ref('fct_stage_events') }}
),

units_recorded as (
    select
        source,
        recorded_from
    from {{ ref('int_metrics_recorded') }}
    where metric = 'units_sold'
),

deals_with_units as (
    select distinct object_id as opportunity_id from {{ ref('fct_metric_credits') }}
    where metric = 'units_sold'
),

deals as (
    select
        opportunities.*,
        coalesce(validated.close_date is null and validated.closed_at is null, false) as is_close_date_blank,
        validated.close_date is not null and opportunities.expected_close_on is null as is_expected_close_implausible,
        validated.created_on is null as is_creation_blank,
        validated.account_reference is not null and opportunities.account_id is null as is_account_ambiguous,
        -- a source that blanks the amounts of lost deals does not say what they added to the pipeline
        not sources.lost_amount_is_blank
        and opportunities.created_on is not null
        and opportunities.amount_created is null as lacks_amount_created,
        deals_with_stages.opportunity_id is null as lacks_stages,
        -- where a source delivers lines, a won deal without them has unknown units
        opportunities.is_won
        and opportunities.closed_on >= units_recorded.recorded_from
        and deals_with_units.opportunity_id is null as lacks_units
    from opportunities
    left join validated on opportunities.opportunity_id = validated.opportunity_id
    left join {{ source('raw', 'source') }} as sources on opportunities.source = sources.source
    left join deals_with_stages on opportunities.opportunity_id = deals_with_stages.opportunity_id
    left join units_recorded on opportunities.source = units_recorded.source
    left join deals_with_units on opportunities.opportunity_id = deals_with_units.opportunity_id
),

without_amount as (
    select
        *,
        case
            when amount_reporting is not null then null
            -- one that has no amount yet is in unknown_amount_count
            when not is_closed then case when amount is not null then 'pipeline_coverage' end
            when closed_on is null then null
            when is_won then 'revenue_won,attainment,average_won_amount,won_of_closed_amount'
            else 'won_of_closed_amount'
        end as excluded_now,
        case when lacks_amount_created then 'pipeline_created' end as excluded_when_created
    from deals
    where lacks_amount_created or (amount_reporting is null and (closed_on is not null or (not is_closed and amount is not null)))
),

{% set deal = "'opportunity' as object, source, source_key, source_file, source_row" -%}
final as (
    select
        {{ deal }},
        case
            when amount is null then 'missing_amount'
            when currency is null then 'missing_currency'
            when is_amount_too_large then 'amount_too_large'
            else 'missing_rate'
        end as reason,
        concat_ws(',', excluded_now, excluded_when_created) as excluded_from
    from without_amount
    union all
    select
        {{ deal }},
        case when is_close_date_blank then 'missing_close_date' else 'implausible_close_date' end as reason,
        'revenue_won,deals_won,attainment,win_rate,average_won_amount,won_of_closed_amount,median_cycle_days,'
        || 'funnel_conversion' as excluded_from
    from deals
    where is_closed and closed_on is null
    union all
    select
        {{ deal }},
        case when is_creation_blank then 'missing_created_date' else 'implausible_created_date' end as reason,
        'pipeline_created,median_cycle_days,won_of_created_count,won_within_90_days_of_created' as excluded_from
    from deals
    where created_on is null
    {% for reason, (metrics, condition) in {
        'missing_lines': ('units_sold', 'lacks_units'),
        'ambiguous_account': ('new_customers', 'is_won and closed_on is not null and is_account_ambiguous'),
        'missing_stage_date': ('funnel_conversion', 'lacks_stages'),
        'closed_before_created': ('median_cycle_days', 'closed_on < created_on'),
        'implausible_expected_close_date': (
            'past_due_deal_count,slipped_deal_count', 'not is_closed and is_expected_close_implausible'
        ),
    }.items() -%}
    union all
    select {{ deal }}, '{{ reason }}' as reason, '{{ metrics }}' as excluded_from
    from deals
    where {{ condition }}
    {% endfor -%}
    union all
    select
        {{ deal | replace("'opportunity'", "'opportunity_line'") }},
        'missing_quantity' as reason,
        'units_sold' as excluded_from
    from {{ ref('int_opportunity_parts') }}
    where
        part = 'line' and known_to is null and exclusion_reason is null and quantity is null
        and opportunity_id in (select case when deals.is_won then deals.opportunity_id end from deals)
)

select * from final
