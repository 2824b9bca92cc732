-- Each source row that is out of some number, with the reason and the metrics it is out of ('all': every number).
with

opportunities as (
    select * from {{ ref('int_opportunities_valued') }}
),

resolved as (
    select * from {{ ref('int_opportunities_judged') }}
    where exclusion_reason is null
),

out_of_all as (
    select
        source,
        object,
        source_key,
        source_file,
        source_row,
        exclusion_reason as reason,
        'all' as excluded_from
    from {{ ref('int_source_rows_judged') }}
    where exclusion_reason is not null
),

-- rows that could not be read, of the extracts in force: the newest full one of an object, every delta
newest_extracts as (
    select
        source,
        object,
        max(extracted_at) as newest_extracted_at
    from {{ source('raw', 'load_ledger') }}
    where is_full
    group by source, object
),

unreadable as (
    select
        quarantine.source,
        quarantine.object,
        cast(null as varchar) as source_key,
        quarantine.source_file,
        quarantine.source_row,
        quarantine.reason,
        'all' as excluded_from
    from {{ source('raw', 'quarantine') }} as quarantine
    left join newest_extracts
        on
            quarantine.source = newest_extracts.source
            and quarantine.object = newest_extracts.object
    where newest_extracts.source is null or quarantine.extracted_at = newest_extracts.newest_extracted_at
),

won_without_amount as (
    select
        source,
        'opportunity' as object,
        source_key,
        source_file,
        source_row,
        case
            when amount is null then 'missing_amount'
            when currency is null then 'missing_currency'
            else 'missing_rate'
        end as reason,
        'revenue_won,attainment,average_won_amount,won_of_closed_amount' as excluded_from
    from opportunities
    where is_won and closed_on is not null and amount_reporting is null
),

lost_without_amount as (
    select
        source,
        'opportunity' as object,
        source_key,
        source_file,
        source_row,
        case
            when amount is null then 'missing_amount'
            when currency is null then 'missing_currency'
            else 'missing_rate'
        end as reason,
        'won_of_closed_amount' as excluded_from
    from opportunities
    where is_closed and not is_won and closed_on is not null and amount_reporting is null
),

closed_without_date as (
    select
        opportunities.source,
        'opportunity' as object,
        opportunities.source_key,
        opportunities.source_file,
        opportunities.source_row,
        case
            when resolved.close_date is null and resolved.closed_at is null then 'missing_close_date'
            else 'implausible_close_date'
        end as reason,
        'revenue_won,deals_won,attainment,win_rate,average_won_amount,won_of_closed_amount,median_cycle_days,'
        || 'funnel_conversion' as excluded_from
    from opportunities
    inner join resolved on opportunities.opportunity_id = resolved.opportunity_id
    where opportunities.is_closed and opportunities.closed_on is null
),

created_without_date as (
    select
        opportunities.source,
        'opportunity' as object,
        opportunities.source_key,
        opportunities.source_file,
        opportunities.source_row,
        case when resolved.created_on is null then 'missing_created_date' else 'implausible_created_date' end as reason,
        'pipeline_created,median_cycle_days,won_of_created_count,won_within_90_days_of_created' as excluded_from
    from opportunities
    inner join resolved on opportunities.opportunity_id = resolved.opportunity_id
    where opportunities.created_on is null
),

without_stage_date as (
    select
        opportunities.source,
        'opportunity' as object,
        opportunities.source_key,
        opportunities.source_file,
        opportunities.source_row,
        'missing_stage_date' as reason,
        'funnel_conversion' as excluded_from
    from opportunities
    left join {{ ref('int_stage_events_unioned') }} as stage_events
        on opportunities.opportunity_id = stage_events.opportunity_id
    where stage_events.opportunity_id is null
),

stage_changes_after_close as (
    select
        source,
        'stage_event' as object,
        source_key,
        source_file,
        source_row,
        'after_close' as reason,
        'funnel_conversion' as excluded_from
    from {{ ref('int_stage_log_judged') }}
    where is_after_close
),

closed_before_created as (
    select
        source,
        'opportunity' as object,
        source_key,
        source_file,
        source_row,
        'closed_before_created' as reason,
        'median_cycle_days' as excluded_from
    from opportunities
    where closed_on < created_on
),

final as (
    select * from out_of_all
    union all
    select * from unreadable
    union all
    select * from won_without_amount
    union all
    select * from lost_without_amount
    union all
    select * from closed_without_date
    union all
    select * from created_without_date
    union all
    select * from without_stage_date
    union all
    select * from stage_changes_after_close
    union all
    select * from closed_before_created
)

select * from final
