with

final as (
    select
        cast(entity as varchar) as entity,
        cast(source as varchar) as source,
        cast(source_record_id as varchar) as source_id,
        cast(canonical_id as varchar) as canonical_id,
        cast(match_rule as varchar) as match_rule,
        in_force_from,
        in_force_to
    from {{ ref('int_source_ids_matched') }}
)

select * from final
