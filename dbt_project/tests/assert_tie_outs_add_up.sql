{{ config(group='tie_out') }}

{% set reading = 'source, metric, period_type, period_start, scope_type, scope_id' %}

with

steps as (
    select
        {{ reading }},
        step_number,
        max(kuota_period_start) as kuota_period_start,
        max(crm_amount) as crm_amount,
        max(step_amount) as step_amount,
        max(running_amount) as running_amount,
        max(record_count) as record_count,
        max(kuota_amount) as kuota_amount
    from {{ ref('mart_tie_out') }}
    where status <> 'unknown'
    group by {{ reading }}, step_number
),

records as (
    select
        {{ reading }},
        step_number,
        count(*) as record_count,
        sum(difference) as difference
    from {{ ref('fct_tie_out_records') }}
    group by {{ reading }}, step_number
),

differing as (
    select
        {{ reading }},
        'the steps do not lead from the figure of the CRM to that of Kuota' as message
    from steps
    group by {{ reading }}
    having
        count(*) <> 8
        or sum(step_amount) <> max(kuota_amount) - max(crm_amount)
        or max(case when step_number = 8 then running_amount end) <> max(kuota_amount)
    union all
    select
        steps.{{ reading.replace(', ', ', steps.') }},
        'the records of step ' || cast(steps.step_number as varchar) || ' do not sum to it' as message
    from steps
    left join records
        on
            steps.source = records.source
            and steps.metric = records.metric
            and coalesce(steps.period_type, '') = coalesce(records.period_type, '')
            and coalesce(steps.period_start, date '0001-01-01') = coalesce(records.period_start, date '0001-01-01')
            and steps.scope_type = records.scope_type
            and steps.scope_id = records.scope_id
            and steps.step_number = records.step_number
    where
        steps.step_number < 8
        and (
            steps.step_amount <> coalesce(records.difference, 0)
            or steps.record_count <> coalesce(records.record_count, 0)
        )
    union all
    select
        steps.{{ reading.replace(', ', ', steps.') }},
        'kuota_amount is not the figure of mart_quota_attainment or mart_pipeline_health' as message
    from steps
    left join {{ ref('mart_quota_attainment') }} as attainments
        on
            steps.scope_type = attainments.assignee_type
            and steps.scope_id = attainments.assignee_id
            and steps.metric = attainments.metric
            and steps.period_type = attainments.period_type
            and steps.kuota_period_start = attainments.period_start
    left join {{ ref('mart_pipeline_health') }} as pipelines
        on
            steps.metric = 'open_pipeline'
            and steps.scope_type = pipelines.segment_type
            and steps.scope_id = pipelines.segment_id
            and pipelines.pipeline = 'all'
    where
        steps.step_number = 8
        and steps.kuota_amount <> coalesce(attainments.actual_amount, pipelines.open_amount, 0)
)

select * from differing
