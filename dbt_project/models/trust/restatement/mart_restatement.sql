-- The figure of each closed period as reported N days after its end, and as it is today. Nothing is summed again: the reported figure is today's
-- less the changes of the records that changed it.
{% set said_amount = 'cast(round(current_amount - restated_amount, 2) as decimal(18, 2))' %}

with

attainments as (
    select * from {{ ref('mart_quota_attainment') }}
),

changes as (
    select * from {{ ref('int_restatements_summed') }}
),

closed_periods as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        waits.days_after
    from ({{ waits_after_period_end() }}) as waits
    cross join {{ ref('int_periods_in_use') }} as periods
    cross join {{ ref('int_as_of_determined') }} as as_of
    where {{ add_days('periods.period_end', 'waits.days_after') }} <= as_of.as_of_date
),

listed as (
    select
        attainments.assignee_type,
        attainments.assignee_id,
        attainments.metric,
        closed_periods.period_type,
        closed_periods.period_start,
        closed_periods.period_end,
        closed_periods.days_after,
        attainments.actual_amount as current_amount
    from attainments
    inner join closed_periods
        on
            attainments.period_type = closed_periods.period_type
            and attainments.period_start = closed_periods.period_start
    union all
    -- assignees without any credit today
    select
        changes.assignee_type,
        changes.assignee_id,
        changes.metric,
        changes.period_type,
        changes.period_start,
        changes.period_end,
        changes.days_after,
        cast(0 as decimal(18, 2)) as current_amount
    from changes
    left join attainments
        on
            changes.assignee_type = attainments.assignee_type
            and changes.assignee_id = attainments.assignee_id
            and changes.metric = attainments.metric
            and changes.period_type = attainments.period_type
            and changes.period_start = attainments.period_start
    where attainments.assignee_id is null
),

-- the newest extract of a metric's object of each of the assignee's sources
said as (
    select
        sources_of_assignees.assignee_type,
        sources_of_assignees.assignee_id,
        cutoffs.object,
        cutoffs.period_type,
        cutoffs.period_start,
        cutoffs.days_after,
        max(cutoffs.said_on) as said_on
    from {{ ref('int_assignee_sources_listed') }} as sources_of_assignees
    inner join {{ ref('int_restatement_cutoffs_dated') }} as cutoffs on sources_of_assignees.source = cutoffs.source
    group by
        sources_of_assignees.assignee_type,
        sources_of_assignees.assignee_id,
        cutoffs.object,
        cutoffs.period_type,
        cutoffs.period_start,
        cutoffs.days_after
),

compared as (
    select
        listed.*,
        segments.segment_name as assignee_name,
        said.said_on,
        case
            when listed.current_amount is not null and said.said_on is not null
                then coalesce(changes.restated_amount, 0)
        end as restated_amount,
        case
            when listed.current_amount is not null and said.said_on is not null
                then coalesce(changes.restated_record_count, 0)
        end as restated_record_count
    from listed
    inner join {{ ref('metrics') }} as metrics on listed.metric = metrics.metric
    left join said
        on
            listed.assignee_type = said.assignee_type
            and listed.assignee_id = said.assignee_id
            and metrics.object = said.object
            and listed.period_type = said.period_type
            and listed.period_start = said.period_start
            and listed.days_after = said.days_after
    left join changes
        on
            listed.assignee_type = changes.assignee_type
            and listed.assignee_id = changes.assignee_id
            and listed.metric = changes.metric
            and listed.period_type = changes.period_type
            and listed.period_start = changes.period_start
            and listed.days_after = changes.days_after
    left join {{ ref('int_segments_listed') }} as segments
        on
            listed.assignee_type = segments.segment_type
            and listed.assignee_id = segments.segment_id
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
