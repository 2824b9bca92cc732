-- The days of the reps hold every activity that counts, once.
select
    counted.activity_count,
    daily.activity_count as daily_count
from (select count(*) as activity_count from {{ ref('fct_activities') }}) as counted
cross join (
    select coalesce(sum(activity_count), 0) as activity_count from {{ ref('mart_activity_daily') }}
) as daily
where counted.activity_count <> daily.activity_count
