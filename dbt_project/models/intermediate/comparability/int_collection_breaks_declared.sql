-- The breaks that somebody knows of: what sales ops declared, and the days on which deals passed into another system.
with

changes as (
    select * from {{ ref('int_collection_changes_resolved') }}
    where exclusion_reason is null and effective_on is not null
),

migrations as (
    select * from {{ ref('int_migrations_dated') }}
),

final as (
    select
        change_id as break_id,
        what_changed as kind,
        source,
        -- a deal's stage is what its stage events tell
        case when object = 'opportunity' and field = 'stage' then 'stage_event' else object end as object,
        case
            when field is null then 'rows'
            when object = 'opportunity' and field = 'stage' then 'to_stage'
            when object = 'opportunity' and field in ('closed_on', 'closed_at') then 'close_date'
            when field in ('created_on', 'changed_on', 'occurred_on', 'qualified_on') then replace(field, '_on', '_at')
            when object in ('activity', 'opportunity') and field = 'type' then object || '_type'
            else field
        end as field,
        population,
        effective_on as starts_on,
        bridge_rule,
        coalesce('declared by ' || declared_by, 'declared') as evidence
    from changes
    union all
    select
        'migration:' || previous_source || ':' || source || ':' || cast(starts_on as varchar) as break_id,
        'migration' as kind,
        source,
        'opportunity' as object,
        'rows' as field,
        population,
        starts_on,
        cast(null as varchar) as bridge_rule,
        cast(deal_count as varchar) || ' deals passed from ' || previous_source || ' to ' || source as evidence
    from migrations
)

select * from final
