-- What each stage label of a source and pipeline means from when to when, without gaps: a label keeps its last meaning until the register
-- gives it another, and its first meaning reaches back. Rows that name the pipeline beat blank ones from the day on which the first of them
-- holds. Upper and lower case are distinguished only where the register itself does so. Pipelines that the register calls by one name are one.
with

opportunities as (
    select * from {{ ref('int_opportunities_unioned') }}
),

-- the register's rows, and what declared bridges add to them
stage_maps as (
    select
        source,
        pipeline,
        source_stage,
        stage,
        stage_order,
        is_closed,
        is_won,
        row_hash,
        valid_from,
        valid_to
    from {{ ref('int_stage_maps_in_force') }}
    union all
    select
        source,
        pipeline,
        bridged_label as source_stage,
        new_stage as stage,
        stage_order,
        is_closed,
        is_won,
        change_id as row_hash,
        valid_from,
        cast('9999-12-31' as date) as valid_to
    from {{ ref('int_stage_bridges') }}
    where bridged_label is not null
),

labels_used as (
    select
        source,
        pipeline,
        source_stage
    from opportunities
    union
    select
        opportunities.source,
        opportunities.pipeline,
        stage_log.to_source_stage as source_stage
    from {{ ref('int_stage_log_unioned') }} as stage_log
    inner join opportunities on stage_log.source_opportunity_id = opportunities.source_opportunity_id
    union
    select
        opportunities.source,
        opportunities.pipeline,
        stage_maps.source_stage
    from stage_maps
    inner join opportunities
        on
            stage_maps.source = opportunities.source
            and (stage_maps.pipeline is null or stage_maps.pipeline = opportunities.pipeline)
),

written as (
    select distinct
        source,
        source_stage
    from stage_maps
),

labels as (
    select
        labels_used.source,
        labels_used.pipeline as source_pipeline,
        labels_used.source_stage,
        {{ mapped_value('labels_used', 'pipeline') }} as pipeline,
        written.source_stage is not null as is_in_register
    from labels_used
    left join written
        on labels_used.source = written.source and labels_used.source_stage = written.source_stage
    {{ join_value_map('labels_used', 'pipeline', 'opportunity') }}
),

candidates as (
    select
        labels.source,
        labels.source_pipeline,
        labels.source_stage,
        labels.pipeline,
        stage_maps.stage,
        stage_maps.stage_order,
        stage_maps.is_closed,
        stage_maps.is_won,
        stage_maps.valid_from,
        stage_maps.pipeline is not null as names_pipeline,
        min(case when stage_maps.pipeline is not null then stage_maps.valid_from end) over (
            partition by labels.source, labels.source_pipeline, labels.source_stage
        ) as pipeline_named_from,
        row_number() over (
            partition by
                labels.source, labels.source_pipeline, labels.source_stage, stage_maps.valid_from, stage_maps.pipeline is not null
            order by stage_maps.valid_to desc, stage_maps.row_hash desc
        ) as position_on_day
    from labels
    inner join stage_maps
        on
            labels.source = stage_maps.source
            and (stage_maps.pipeline is null or labels.source_pipeline = stage_maps.pipeline)
            and case when labels.is_in_register then labels.source_stage else {{ folded('labels.source_stage') }} end
            = case when labels.is_in_register then stage_maps.source_stage else {{ folded('stage_maps.source_stage') }} end
),

final as (
    select
        source,
        source_pipeline,
        source_stage,
        pipeline,
        stage,
        stage_order,
        is_closed,
        is_won,
        case
            when lag(valid_from) over meanings is null then cast('0001-01-01' as date)
            else valid_from
        end as meaning_from,
        coalesce({{ add_days('lead(valid_from) over meanings', -1) }}, cast('9999-12-31' as date)) as meaning_to
    from candidates
    where
        position_on_day = 1
        and (names_pipeline or pipeline_named_from is null or valid_from < pipeline_named_from)
    window meanings as (partition by source, source_pipeline, source_stage order by valid_from)
)

select * from final
