-- The breaks that sales ops declared in the register of collection changes.
with

changes as (
    select * from {{ ref('int_collection_changes_resolved') }}
    where exclusion_reason is null
),

final as (
    select
        'declared:' || change_id as break_id,
        what_changed as kind,
        'declared' as origin,
        source,
        object,
        coalesce(field, 'rows') as field,
        population,
        cast(null as varchar) as record_type,
        effective_on as starts_on,
        cast(null as date) as ends_on,
        cast(null as double) as size,
        cast(1 as double) as confidence,
        bridge_rule,
        'declared by ' || coalesce(declared_by, 'sales ops')
        || case when declared_on is not null then ' on ' || cast(declared_on as varchar) else '' end as evidence
    from changes
)

select * from final
