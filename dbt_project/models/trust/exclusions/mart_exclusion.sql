-- noqa: disable=LT09
-- The exclusion ledger: each source row that is excluded from some figure, with the reason and the metrics ('all': every figure).
with

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

excluded_from_all as (
    select * from {{ ref('int_source_rows_validated') }}
    where exclusion_reason is not null
),

-- credited to a day that is in no period
credited as (
    select
        credits.object,
        credits.object_id,
        credits.metric
    from {{ ref('fct_metric_credits') }} as credits
    cross join as_of
    where credits.credited_on not between as_of.earliest_plausible_on and as_of.latest_plausible_on
),

dated_activities as (
    select
        activities.*,
        credited.metric
    from {{ ref('int_activity_history') }} as activities
    inner join credited on activities.activity_id = credited.object_id
    where activities.exclusion_reason is null and activities.known_to is null and credited.object = 'activity'
),

dated_leads as (
    select
        leads.*,
        credited.metric
    from {{ ref('int_lead_history') }} as leads
    inner join credited on leads.lead_id = credited.object_id
    where leads.exclusion_reason is null and leads.known_to is null and credited.object = 'lead'
),

stage_changes as (
    select * from {{ ref('int_stage_log_validated') }}
    where is_after_close
),

{% set row = 'source_key, source_file, source_row' -%}
unioned as (
    select source, object, {{ row }}, exclusion_reason as reason, 'all' as excluded_from from excluded_from_all
    union all
    select source, 'opportunity' as object, {{ row }}, reason, excluded_from from {{ ref('int_deal_exclusions') }}
    union all
    select source, 'stage_event' as object, {{ row }}, 'after_close' as reason, 'funnel_conversion' as excluded_from
    from stage_changes
    union all
    select source, 'activity' as object, {{ row }}, 'implausible_date' as reason, metric as excluded_from
    from dated_activities
    union all
    select source, 'lead' as object, {{ row }}, 'implausible_qualified_date' as reason, metric as excluded_from
    from dated_leads
),

final as (
    select
        cast(source as varchar) as source,
        cast(object as varchar) as object,
        cast(source_key as varchar) as source_key,
        cast(source_file as varchar) as source_file,
        cast(source_row as bigint) as source_row,
        cast(reason as varchar) as reason,
        cast(excluded_from as varchar) as excluded_from
    from unioned
)

select * from final
