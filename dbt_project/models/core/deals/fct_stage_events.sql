-- Every move of a counted deal from stage to stage: from the CRM's log, for a record without one from successive extracts, and for a
-- source that names the stage of a deal's creation from the dates of the row. A skipped stage is not invented, and a renamed label is not a move.
with

versions as (
    select * from {{ ref('int_opportunity_versions') }}
    where is_in_force
),

dating_sources as (
    select distinct
        source,
        stage_on_creation
    from versions
    where stage_on_creation is not null
),

opportunities as (
    select * from {{ ref('int_opportunity_history') }}
    where known_to is null
),

logged as (
    select
        opportunity_id,
        source_opportunity_id,
        record_source,
        record_pipeline,
        to_source_stage,
        changed_at,
        changed_on,
        min(changed_by) as changed_by,
        'log' as observed_from
    from {{ ref('int_stage_log_validated') }}
    where not is_after_close
    group by
        opportunity_id,
        source_opportunity_id,
        record_source,
        record_pipeline,
        to_source_stage,
        changed_at,
        changed_on
),

created_and_closed as (
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

dated as (
    select
        opportunity_id,
        source_opportunity_id,
        source as record_source,
        source_pipeline as record_pipeline,
        to_source_stage,
        {{ start_of_business_date('changed_on') }} as changed_at,
        changed_on,
        cast(null as varchar) as changed_by,
        'dates' as observed_from
    from created_and_closed
    where changed_on is not null
),

with_previous as (
    select
        versions.*,
        lag(versions.source_stage) over (
            partition by versions.opportunity_id
            order by versions.extracted_at, versions.updated_at nulls first, versions.row_hash
        ) as previous_source_stage
    from versions
    left join logged on versions.source_opportunity_id = logged.source_opportunity_id
    where
        versions.position_in_extract = 1
        and versions.source not in (select dating_sources.source from dating_sources)
        and logged.source_opportunity_id is null
),

extracted as (
    select
        with_previous.opportunity_id,
        with_previous.source_opportunity_id,
        with_previous.source as record_source,
        with_previous.pipeline as record_pipeline,
        with_previous.source_stage as to_source_stage,
        with_previous.extracted_at as changed_at,
        {{ business_date('with_previous.extracted_at') }} as changed_on,
        cast(null as varchar) as changed_by,
        'extracts' as observed_from
    from with_previous
    where with_previous.previous_source_stage is null or with_previous.previous_source_stage <> with_previous.source_stage
),

mapped as (
    select
        unioned.record_source as source,
        unioned.record_pipeline as source_pipeline,
        unioned.to_source_stage,
        unioned.opportunity_id,
        opportunities.pipeline,
        stage_labels.stage as to_stage,
        stage_labels.stage_order,
        stage_labels.is_closed,
        stage_labels.is_won,
        unioned.changed_at,
        unioned.changed_on,
        unioned.changed_by,
        unioned.observed_from
    from (
        select * from logged
        union all
        select * from dated
        union all
        select * from extracted
    ) as unioned
    inner join opportunities on unioned.opportunity_id = opportunities.opportunity_id
    inner join {{ ref('int_stage_labels_mapped') }} as stage_labels
        on
            unioned.record_source = stage_labels.source
            and unioned.record_pipeline = stage_labels.pipeline
            and unioned.to_source_stage = stage_labels.source_stage
            and unioned.changed_on between stage_labels.meaning_from and stage_labels.meaning_to
),

ordered as (
    select
        *,
        lag(to_stage) over (
            partition by opportunity_id
            order by changed_at, stage_order, to_stage, changed_by
        ) as from_stage
    from mapped
),

numbered as (
    select
        *,
        row_number() over (
            partition by opportunity_id
            order by changed_at, stage_order, to_stage, changed_by
        ) as event_number
    from ordered
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
