-- Each current opportunity row, with the reason for which it does not count: what int_opportunity_history_validated says today.
with

final as (
    select * from {{ ref('int_opportunity_history_validated') }}
    where known_to is null
)

select * from final
