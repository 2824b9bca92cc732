-- The days of mart_activity_daily have every activity that counts, once, and each activity in one of the day's counts.
select
    'all days' as counted,
    counted.activity_count,
    daily.activity_count as daily_count
from (select count(*) as activity_count from {{ ref('fct_activities') }}) as counted
cross join (
    select coalesce(sum(activity_count), 0) as activity_count from {{ ref('mart_activity_daily') }}
) as daily
where counted.activity_count <> daily.activity_count
union all
select
    rep_id || ' on ' || cast(activity_date as varchar) as counted,
    other_count{% for type in types_with_a_column() %} + coalesce({{ type }}_count, 0){% endfor %} as activity_count,
    activity_count as daily_count
from {{ ref('mart_activity_daily') }}
where activity_count <> other_count{% for type in types_with_a_column() %} + coalesce({{ type }}_count, 0){% endfor %}
