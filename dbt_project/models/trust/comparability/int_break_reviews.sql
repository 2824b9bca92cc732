-- The current rows of the register of reviews; of rows with one key one counts.
with

reviews as (
    select * from {{ ref('stg_registers__collection_break_reviews') }}
    where is_current
),

final as (
    select
        *,
        row_number() over (partition by source_key order by row_hash desc, source_file asc, source_row asc) > 1 as is_duplicate
    from reviews
)

select * from final
