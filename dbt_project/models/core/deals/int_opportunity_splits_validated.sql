-- Each current split of an opportunity, with the reason for which it does not count: what int_opportunity_split_history says today.
with

final as (
    select * from {{ ref('int_opportunity_split_history') }}
    where known_to is null
)

select * from final
