with

final as (
    select
        cast(entity as varchar) as entity,
        cast(source_record_id as varchar) as source_id,
        cast(record_name as varchar) as source_name,
        cast(other_source_record_id as varchar) as other_source_id,
        cast(other_record_name as varchar) as other_source_name,
        cast(reason as varchar) as reason,
        cast(
            entity || ',' || other_source || ',' || other_record_key || ',' || source_record_id || ',' as varchar
        ) as crosswalk_line
    from {{ ref('int_near_matches_found') }}
)

select * from final
