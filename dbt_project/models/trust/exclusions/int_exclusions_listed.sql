-- Each source row that is out of some number, with the reason and the metrics it is out of ('all': every number).
with

opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

metrics_recorded as (
    select * from {{ ref('int_metrics_recorded') }}
),

credited as (
    select * from {{ ref('int_metric_amounts_credited') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

resolved as (
    select * from {{ ref('int_opportunities_validated') }}
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

-- a source that blanks the amounts of lost deals says nothing of what they added to the pipeline
pipeline_created as (
    select
        opportunities.opportunity_id,
        opportunities.amount_created
    from opportunities
    inner join {{ source('raw', 'source') }} as sources on opportunities.source = sources.source
    where opportunities.created_on is not null and not sources.lost_amount_is_blank
),

without_amount as (
    select
        opportunities.*,
        case
            when opportunities.amount_reporting is not null or opportunities.closed_on is null then null
            when opportunities.is_won then 'revenue_won,attainment,average_won_amount,won_of_closed_amount'
            else 'won_of_closed_amount'
        end as out_of_closed,
        case
            when pipeline_created.opportunity_id is not null and pipeline_created.amount_created is null
                then 'pipeline_created'
        end as out_of_created
    from opportunities
    left join pipeline_created on opportunities.opportunity_id = pipeline_created.opportunity_id
    where
        (opportunities.closed_on is not null and opportunities.amount_reporting is null)
        or (pipeline_created.opportunity_id is not null and pipeline_created.amount_created is null)
),

out_of_money as (
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
        concat_ws(',', out_of_closed, out_of_created) as excluded_from
    from without_amount
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
    left join {{ ref('fct_stage_events') }} as stage_events
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
    from {{ ref('int_stage_log_validated') }}
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

-- where a source delivers lines, a deal won without them says nothing of its units
won_without_lines as (
    select
        opportunities.source,
        'opportunity' as object,
        opportunities.source_key,
        opportunities.source_file,
        opportunities.source_row,
        'missing_lines' as reason,
        'units_sold' as excluded_from
    from opportunities
    inner join metrics_recorded
        on
            opportunities.source = metrics_recorded.source
            and metrics_recorded.metric = 'units_sold'
            and opportunities.closed_on >= metrics_recorded.recorded_from
    left join credited
        on
            credited.metric = 'units_sold'
            and opportunities.opportunity_id = credited.object_id
    where opportunities.is_won and credited.object_id is null
),

occurred as (
    select
        source,
        'activity' as object,
        activity_id as object_id,
        source_key,
        source_file,
        source_row
    from {{ ref('int_activities_judged') }}
    where exclusion_reason is null
    union all
    select
        source,
        'lead' as object,
        lead_id as object_id,
        source_key,
        source_file,
        source_row
    from {{ ref('int_leads_validated') }}
    where exclusion_reason is null
),

in_no_period as (
    select
        occurred.source,
        occurred.object,
        occurred.source_key,
        occurred.source_file,
        occurred.source_row,
        case occurred.object when 'lead' then 'implausible_qualified_date' else 'implausible_date' end as reason,
        credited.metric as excluded_from
    from occurred
    inner join credited
        on
            occurred.object = credited.object
            and occurred.object_id = credited.object_id
    cross join as_of
    where credited.credited_on not between as_of.earliest_plausible_on and as_of.latest_plausible_on
),

final as (
    select * from out_of_all
    union all
    select * from unreadable
    union all
    select * from out_of_money
    union all
    select * from won_without_lines
    union all
    select * from in_no_period
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
