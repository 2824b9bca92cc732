-- What each rep is credited with, by metric and date: the one place where a metric's actuals come from.
with

credits as (
    select * from {{ ref('int_credits_computed') }}
),

final as (
    select
        rep_id,
        team_id,
        'revenue_won' as metric,
        closed_on as credited_on,
        credited_amount as amount
    from credits
    where credited_amount is not null
    union all
    select
        rep_id,
        team_id,
        'deals_won' as metric,
        closed_on as credited_on,
        share as amount
    from credits
)

select * from final
