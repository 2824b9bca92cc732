-- Every move of a counted deal from stage to stage: from the CRM's log, for a record without one from successive extracts, and for a
-- source that names the stage of a deal's creation from the dates of the row. A skipped stage is not invented, and a renamed label is not a move.
with

opportunities as (
    select * from {{ ref('int_opportunity_history') }}
    where known_to is null
),

versions as (
    select * from {{ ref('int_opportunities_unioned') }}
    where is_in_force
),

logged as (
    select * from {{ ref('int_stage_log_validated') }}
    where not is_after_close
),

stage_labels as (
    select * from {{ ref('int_stage_labels_mapped') }}
),

dating_sources as (
    select distinct
        source,
        stage_on_creation
    from versions
    where stage_on_creation is not null
),

dated as (
    select
        opportunities.*,
        dating_sources.stage_on_creation as to_source_stage,
        opportunities.created_on as changed_on
    from opportunities
    inner join dating_sources on opportunities.source = dating_sources.source
    union all
    select
        opportunities.*,
        opportunities.source_stage as to_source_stage,
        opportunities.closed_on as changed_on
    from opportunities
    inner join dating_sources on opportunities.source = dating_sources.source
),

extracted as (
    select
        *,
        lag(source_stage) over (
            partition by opportunity_id order by extracted_at, updated_at nulls first, row_hash
        ) as previous_source_stage
    from versions
    where
        position_in_extract = 1
        and source not in (select dating_sources.source from dating_sources)
        and source_opportunity_id not in (select logged.source_opportunity_id from logged)
),

unioned as (
    select
        opportunity_id,
        record_source as source,
        record_pipeline as source_pipeline,
        to_source_stage,
        changed_at,
        changed_on,
        min(changed_by) as changed_by,
        'log' as observed_from
    from logged
    group by opportunity_id, source_opportunity_id, record_source, record_pipeline, to_source_stage, changed_at, changed_on
    union all
    select
        opportunity_id,
        source,
        source_pipeline,
        to_source_stage,
        {{ start_of_business_date('changed_on') }} as changed_at,
        changed_on,
        cast(null as varchar) as changed_by,
        'dates' as observed_from
    from dated
    where changed_on is not null
    union all
    select
        opportunity_id,
        source,
        pipeline as source_pipeline,
        source_stage as to_source_stage,
        extracted_at as changed_at,
        {{ business_date('extracted_at') }} as changed_on,
        cast(null as varchar) as changed_by,
        'extracts' as observed_from
    from extracted
    where previous_source_stage is null or previous_source_stage <> source_stage
),

mapped as (
    select
        unioned.*,
        opportunities.pipeline,
        stage_labels.stage as to_stage,
        stage_labels.stage_order,
        stage_labels.is_closed,
        stage_labels.is_won
    from unioned
    inner join opportunities on unioned.opportunity_id = opportunities.opportunity_id
    inner join stage_labels
        on
            unioned.source = stage_labels.source
            and unioned.source_pipeline = stage_labels.source_pipeline
            and unioned.to_source_stage = stage_labels.source_stage
            and unioned.changed_on between stage_labels.meaning_from and stage_labels.meaning_to
),

with_previous as (
    select
        *,
        lag(to_stage) over in_order as from_stage,
        lag(stage_order) over in_order as from_stage_order
    from mapped
    window in_order as (partition by opportunity_id order by changed_at, stage_order, to_stage, changed_by)
),

numbered as (
    select
        *,
        row_number() over (partition by opportunity_id order by changed_at, stage_order, to_stage, changed_by) as event_number
    from with_previous
    where from_stage is distinct from to_stage
),

final as (
    select
        opportunity_id || '#' || cast(event_number as varchar) as stage_event_id,
        *,
        lead(changed_on) over (partition by opportunity_id order by event_number) as left_on
    from numbered
)

select * from final
