-- Each quota as it was known from one register to the next: the revisions that the plan then had, and from when to when each is in force.
-- Rows of the newest register have no superseded_at; a quota that it dropped has no such rows.
{% set figure = 'assignee_type, assignee_id, metric, period_type, period_start' %}

with

quotas as (
    select * from {{ ref('int_quotas_validated') }}
    where set_aside_reason is null
),

changes as (
    select
        {{ figure }},
        extracted_at as known_from_at
    from quotas
    union
    select
        {{ figure }},
        superseded_at as known_from_at
    from quotas
    where superseded_at is not null
),

spans as (
    select
        *,
        lead(known_from_at) over (
            partition by assignee_type, assignee_id, metric, period_type, period_start order by known_from_at
        ) as known_to_at
    from changes
),

known as (
    select
        quotas.*,
        spans.known_from_at,
        spans.known_to_at
    from spans
    inner join quotas using (assignee_type, assignee_id, metric, period_type, period_start)
    where
        spans.known_from_at >= quotas.extracted_at
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
        {{ figure }},
        period_end,
        known_from_at,
        known_to_at as superseded_at,
        target_amount,
        currency,
        reason,
        approved_by,
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
