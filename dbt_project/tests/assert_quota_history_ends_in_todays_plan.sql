select
    coalesce(history.assignee_id, attainment.assignee_id) as assignee_id,
    coalesce(history.metric, attainment.metric) as metric,
    coalesce(history.period_type, attainment.period_type) as period_type,
    coalesce(history.period_start, attainment.period_start) as period_start,
    history.quota_amount as last_known_amount,
    attainment.quota_amount
from (select * from {{ ref('mart_quota_history') }} where is_current) as history
full outer join (select * from {{ ref('mart_quota_attainment') }} where quota_source = 'assigned') as attainment
    on history.assignee_type = attainment.assignee_type
        and history.assignee_id = attainment.assignee_id
        and history.metric = attainment.metric
        and history.period_type = attainment.period_type
        and history.period_start = attainment.period_start
where history.assignee_id is null
    or attainment.assignee_id is null
    or history.quota_amount is distinct from attainment.quota_amount
