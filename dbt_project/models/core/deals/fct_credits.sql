-- Who is credited with how much of a won deal: the credits of int_credit_history that are known today.
with

final as (
    select
        opportunity_id,
        rep_id,
        team_id,
        share,
        credited_amount,
        closed_on
    from {{ ref('int_credit_history') }}
    where known_to is null
)

select * from final
