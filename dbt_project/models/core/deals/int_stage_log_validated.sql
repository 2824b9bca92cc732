-- The logged stage changes of the deals that count, with what the stage meant on that day in its own system. What was done to a closed deal after
-- its last close moves nothing: lost is an exit, and only a deal that is open again has been reopened.
with

stage_log as (
    select * from {{ ref('int_stage_log_unioned') }}
    where is_in_force and changed_at is not null
),

opportunities as (
    select * from {{ ref('int_opportunity_history') }}
    where known_to is null
),

mapped as (
    select
        stage_log.*,
        coalesce(records.source, opportunities.source) as record_source,
        coalesce(records.pipeline, opportunities.source_pipeline) as record_pipeline,
        opportunities.is_closed as is_deal_closed,
        stage_labels.is_closed
    from stage_log
    inner join opportunities on stage_log.opportunity_id = opportunities.opportunity_id
    left join {{ ref('int_opportunity_records') }} as records
        on stage_log.source_opportunity_id = records.source_opportunity_id
    left join {{ ref('int_stage_labels_mapped') }} as stage_labels
        on
            coalesce(records.source, opportunities.source) = stage_labels.source
            and coalesce(records.pipeline, opportunities.source_pipeline) = stage_labels.source_pipeline
            and stage_log.to_source_stage = stage_labels.source_stage
            and stage_log.changed_on between stage_labels.meaning_from and stage_labels.meaning_to
),

final as (
    select
        *,
        coalesce(
            is_deal_closed
            and not is_closed
            and changed_at > max(case when is_closed then changed_at end) over (partition by opportunity_id),
            false
        ) as is_after_close
    from mapped
)

select * from final
