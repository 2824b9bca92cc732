{% set columns = 'metric, rep_id, team_id, credited_on, amount, source, object, object_id' %}

with

told as (
    select {{ columns }}, 1 as told_now, 0 as credited
    from {{ ref('int_credits_followed') }}
    where known_to is null
    union all
    select {{ columns }}, 0 as told_now, 1 as credited
    from {{ ref('int_metric_amounts_credited') }}
)

select
    {{ columns }},
    sum(told_now) as told_now,
    sum(credited) as credited
from told
group by {{ columns }}
having sum(told_now) <> sum(credited)
