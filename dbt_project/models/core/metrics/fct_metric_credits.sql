-- What each rep is credited with, by metric and date: the credits that are known today. The team is the rep's on that day.
{% set columns = 'metric, object, object_id, rep_id, team_id, credited_on, amount, source' %}

with

final as (
    select {{ columns }}
    from {{ ref('int_metric_credit_history') }}
    where known_to is null
)

select * from final
