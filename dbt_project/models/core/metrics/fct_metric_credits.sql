-- What each rep is credited with, by metric and date: the credits that are known today. The team is the rep's on that day.
with

final as (
    select
        cast(metric as varchar) as metric,
        cast(object as varchar) as object,
        cast(object_id as varchar) as object_id,
        cast(rep_id as varchar) as rep_id,
        cast(team_id as varchar) as team_id,
        credited_on,
        amount,
        cast(source as varchar) as source
    from {{ ref('int_metric_credit_history') }}
    where known_to is null
)

select * from final
