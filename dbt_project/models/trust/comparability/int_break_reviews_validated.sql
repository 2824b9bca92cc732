-- The reviews by sales ops, with the reason for which a row is excluded: a newer row has its key, or it refers to no listed break.
with

reviews as (
    select
        *,
        {{ has_newer_row('source_key') }} as is_duplicate
    from {{ ref('stg_registers__collection_break_reviews') }}
    where is_current
),

break_references as (
    select break_id as break_reference from {{ ref('int_collection_breaks_declared') }}
    union
    select {{ each_part('review_references', ',') }} as break_reference
    from {{ ref('int_collection_breaks_detected') }}
),

final as (
    select
        reviews.break_reference,
        reviews.source_key,
        reviews.source_file,
        reviews.source_row,
        case when break_references.break_reference is null then 'unknown_break' end as set_aside_reason,
        case
            when reviews.is_duplicate then 'duplicate'
            when break_references.break_reference is null then 'unknown_break'
        end as exclusion_reason
    from reviews
    left join break_references on reviews.break_reference = break_references.break_reference
)

select * from final
