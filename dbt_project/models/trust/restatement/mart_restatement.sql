-- The figure of each closed period as reported N days after its end, and as it is today. Nothing is summed again: the reported figure is today's
-- less the changes of the records that changed it.
{% set said_amount = 'cast(round(current_amount - restated_amount, 2) as decimal(18, 2))' %}

with

attainments as (
    select * from {{ ref('mart_quota_attainment') }}
),

restatements as (
    select * from {{ ref('int_restatements_summed') }}
),

cutoffs as (
    select distinct
        period_type,
        period_start,
        period_end,
        days_after
    from {{ ref('int_restatement_cutoffs_dated') }}
),

listed as (
    select
        attainments.assignee_type,
        attainments.assignee_id,
        attainments.metric,
        cutoffs.period_type,
        cutoffs.period_start,
        cutoffs.period_end,
        cutoffs.days_after,
        attainments.actual_amount as current_amount
    from attainments
    inner join cutoffs
        on attainments.period_type = cutoffs.period_type and attainments.period_start = cutoffs.period_start
    union all
    -- assignees without any credit today
    select
        restatements.assignee_type,
        restatements.assignee_id,
        restatements.metric,
        restatements.period_type,
        restatements.period_start,
        restatements.period_end,
        restatements.days_after,
        cast(0 as decimal(18, 2)) as current_amount
    from restatements
    left join attainments
        on
            restatements.assignee_type = attainments.assignee_type
            and restatements.assignee_id = attainments.assignee_id
            and restatements.metric = attainments.metric
            and restatements.period_type = attainments.period_type
            and restatements.period_start = attainments.period_start
    where restatements.restated_record_count is not null and attainments.assignee_id is null
),

compared as (
    select
        listed.*,
        segments.segment_name as assignee_name,
        restatements.said_on,
        case
            when listed.current_amount is not null and restatements.said_on is not null
                then coalesce(restatements.restated_amount, 0)
        end as restated_amount,
        case
            when listed.current_amount is not null and restatements.said_on is not null
                then coalesce(restatements.restated_record_count, 0)
        end as restated_record_count
    from listed
    left join restatements using (assignee_type, assignee_id, metric, period_type, period_start, days_after)
    left join {{ ref('int_segments_listed') }} as segments
        on listed.assignee_type = segments.segment_type and listed.assignee_id = segments.segment_id
),

figures as (
    select
        cast(assignee_type as varchar) as assignee_type,
        cast(assignee_id as varchar) as assignee_id,
        cast(assignee_name as varchar) as assignee_name,
        cast(metric as varchar) as metric,
        cast(period_type as varchar) as period_type,
        period_start,
        period_end,
        cast(days_after as integer) as days_after,
        said_on,
        {{ said_amount }} as said_amount,
        current_amount,
        cast(restated_amount as decimal(28, 10)) as restated_amount,
        case
            when {{ said_amount }} <> 0 then cast(restated_amount as double) / cast({{ said_amount }} as double)
        end as restated_ratio,
        cast(restated_record_count as bigint) as restated_record_count
    from compared
),

final as (
    {{ with_comparability(
        'figures', 'figures.assignee_type', 'figures.assignee_id',
        'figures.metric', value='figures.current_amount'
    ) }}
)

select * from final
