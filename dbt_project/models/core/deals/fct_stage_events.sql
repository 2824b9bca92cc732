with

final as (
    select
        cast(stage_event_id as varchar) as stage_event_id,
        cast(opportunity_id as varchar) as opportunity_id,
        cast(pipeline as varchar) as pipeline,
        cast(from_stage as varchar) as from_stage,
        cast(to_stage as varchar) as to_stage,
        changed_at,
        changed_on,
        cast(changed_by as varchar) as changed_by,
        cast(observed_from as varchar) as observed_from
    from {{ ref('int_stage_events_unioned') }}
)

select * from final
