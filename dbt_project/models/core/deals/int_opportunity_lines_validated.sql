-- Each current line of an opportunity, with the reason for which it does not count: what int_opportunity_line_history says today.
with

final as (
    select * from {{ ref('int_opportunity_line_history') }}
    where known_to is null
)

select * from final
