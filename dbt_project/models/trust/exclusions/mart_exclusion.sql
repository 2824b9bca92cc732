with

final as (
    select
        cast(source as varchar) as source,
        cast(object as varchar) as object,
        cast(source_key as varchar) as source_key,
        cast(source_file as varchar) as source_file,
        cast(source_row as bigint) as source_row,
        cast(reason as varchar) as reason,
        cast(excluded_from as varchar) as excluded_from
    from {{ ref('int_exclusions_listed') }}
)

select * from final
