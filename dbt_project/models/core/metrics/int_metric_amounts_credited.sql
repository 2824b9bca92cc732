-- What each rep is credited with, by metric and date: what int_metric_credit_history says today.
with

final as (
    select
        metric,
        rep_id,
        team_id,
        credited_on,
        amount,
        source,
        object,
        object_id
    from {{ ref('int_metric_credit_history') }}
    where known_to is null
)

select * from final
