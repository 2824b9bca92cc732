-- The figure of a closed period as reported N days after its end, and as it is today, where a record has changed it since; for the company every
-- period. Nothing is summed again: the reported figure is today's less the changes of the records.
{% set reported_amount = with_cents('round(current_amount - restated_amount, 2)') %}

with

attainments as (
    select * from {{ ref('mart_quota_attainment') }}
),

restatements as (
    select * from {{ ref('int_restatements_summed') }}
),

-- a period without a row of attainment has no credit today
compared as (
    select
        restatements.assignee_type,
        restatements.assignee_id,
        segments.segment_name as assignee_name,
        segments.is_leaf_team,
        restatements.metric,
        restatements.period_type,
        restatements.period_start,
        restatements.period_end,
        restatements.days_after,
        restatements.reported_on,
        case
            when attainments.assignee_id is null then cast(0 as decimal(18, 2))
            else attainments.actual_amount
        end as current_amount,
        restatements.restated_amount as changed_amount,
        restatements.restated_record_count as changed_record_count
    from restatements
    left join attainments using (assignee_type, assignee_id, metric, period_type, period_start)
    left join {{ ref('int_segments_listed') }} as segments
        on restatements.assignee_type = segments.segment_type and restatements.assignee_id = segments.segment_id
    where
        restatements.restated_record_count > 0
        or (restatements.assignee_type = 'company' and attainments.assignee_id is not null)
),

known as (
    select
        *,
        case when current_amount is not null and reported_on is not null then changed_amount end as restated_amount,
        case when current_amount is not null and reported_on is not null then changed_record_count end as restated_record_count
    from compared
),

figures as (
    select
        cast(assignee_type as varchar) as assignee_type,
        cast(assignee_id as varchar) as assignee_id,
        cast(assignee_name as varchar) as assignee_name,
        is_leaf_team,
        cast(metric as varchar) as metric,
        cast(period_type as varchar) as period_type,
        period_start,
        period_end,
        cast(days_after as integer) as days_after,
        reported_on,
        {{ reported_amount }} as reported_amount,
        current_amount,
        cast(restated_amount as decimal(28, 10)) as restated_amount,
        case
            when {{ reported_amount }} <> 0 then cast(restated_amount as double) / cast({{ reported_amount }} as double)
        end as restated_ratio,
        cast(restated_record_count as bigint) as restated_record_count
    from known
),

final as (
    {{ with_comparability(
        'figures', 'figures.assignee_type', 'figures.assignee_id',
        'figures.metric', value='figures.current_amount'
    ) }}
)

select * from final
