-- The activities that count, each once.
with

final as (
    select
        cast(activity_id as varchar) as activity_id,
        cast(source as varchar) as source,
        cast(activity_type as varchar) as activity_type,
        cast(rep_id as varchar) as rep_id,
        cast(opportunity_id as varchar) as opportunity_id,
        cast(lead_id as varchar) as lead_id,
        cast(direction as varchar) as direction,
        occurred_at,
        occurred_on,
        logged_at,
        cast(duration_minutes as decimal(18, 2)) as duration_minutes,
        cast(source_file as varchar) as source_file,
        source_row
    from {{ ref('int_activities_validated') }}
    where exclusion_reason is null
)

select * from final
