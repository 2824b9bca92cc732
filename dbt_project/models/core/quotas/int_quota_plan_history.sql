-- Each quota as it was known from one register to the next: the revisions that the plan then had, and from when to when each is in force.
-- Rows of the newest register have no superseded_at; a quota that it dropped has no such rows.
with

quotas as (
    select * from {{ ref('int_quotas_validated') }}
    where set_aside_reason is null
),

changes as (
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        extracted_at as known_from_at
    from quotas
    union
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        superseded_at as known_from_at
    from quotas
    where superseded_at is not null
),

spans as (
    select
        *,
        lead(known_from_at) over (
            partition by assignee_type, assignee_id, metric, period_type, period_start order by known_from_at
        ) as superseded_at
    from changes
),

known as (
    select
        quotas.assignee_type,
        quotas.assignee_id,
        quotas.metric,
        quotas.period_type,
        quotas.period_start,
        quotas.period_end,
        quotas.target_amount,
        quotas.currency,
        quotas.effective_from,
        quotas.in_force_from,
        quotas.source_key,
        quotas.source_file,
        quotas.source_row,
        quotas.row_hash,
        spans.known_from_at,
        spans.superseded_at
    from spans
    inner join quotas
        on
            spans.assignee_type = quotas.assignee_type
            and spans.assignee_id = quotas.assignee_id
            and spans.metric = quotas.metric
            and spans.period_type = quotas.period_type
            and spans.period_start = quotas.period_start
            and spans.known_from_at >= quotas.extracted_at
            and spans.known_from_at < coalesce(quotas.superseded_at, cast('9999-12-31' as timestamp))
),

ranked as (
    select
        *,
        {{ position_in_plan('known_from_at') }} as position_in_plan
    from known
),

final as (
    select
        assignee_type,
        assignee_id,
        metric,
        period_type,
        period_start,
        period_end,
        known_from_at,
        superseded_at,
        target_amount,
        currency,
        in_force_from,
        coalesce(
            {{ add_days(
                'lead(in_force_from) over (partition by assignee_type, assignee_id, metric, period_type, period_start,'
                ~ ' known_from_at order by in_force_from)', -1
            ) }},
            cast('9999-12-31' as date)
        ) as in_force_to,
        source_key,
        source_file,
        source_row
    from ranked
    where position_in_plan = 1
)

select * from final
