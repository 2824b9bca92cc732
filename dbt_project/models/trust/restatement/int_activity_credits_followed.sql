-- What each activity credited to whom, from when to when the extracts told it so, by the rules of int_activities_judged. Which of them are copies
-- that a migration left is today's judgement.
{% set columns %}
    activity_key, activity_type, rep_reference, outcome, occurred_at, occurred_on, source_key, source_file, source_row, row_hash,
    extracted_at, superseded_at, is_current
{% endset %}

{% set reps = rep_columns('activity') %}
{% set happened_on = "coalesce(unioned.occurred_on, cast('9999-12-31' as date))" %}

with

unioned as (
    {{ union_sources('activities', columns) }}
),

rep_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep'
),

memberships as (
    select * from {{ ref('int_team_memberships_dated') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

copies as (
    select distinct
        source,
        source_key
    from {{ ref('int_activities_judged') }}
    where exclusion_reason = 'migrated'
),

mapped as (
    select
        unioned.source,
        {{ canonical_id('unioned.source', 'unioned.activity_key') }} as activity_id,
        lower({{ bridged_value('unioned', 'activity_type') }}) as activity_type,
        {{ mapped_value('unioned', 'rep_reference') }} as rep_reference,
        unioned.outcome,
        unioned.occurred_at,
        unioned.occurred_on,
        unioned.source_key,
        unioned.source_file,
        unioned.source_row,
        unioned.row_hash,
        {{ told_days('unioned') }},
        count(*) over (partition by unioned.source, unioned.source_key) as rows_of_key
    from unioned
    {{ join_value_map_and_bridges('unioned', 'activity_type', 'activity', 'rep_reference', happened_on) }}
    {{ join_value_map('unioned', 'rep_reference', 'activity', reps, happened_on) }}
),

-- most activities are told once, and never change
changing as (
    select
        *,
        source || chr(31) || source_key as record_key
    from mapped
    where rows_of_key > 1
),

days as (
    {{ days_told('changing', 'record_key') }}
),

spans as (
    {{ spans_between('days', 'record_key') }}
),

changing_editions as (
    select
        spans.known_from,
        spans.known_to,
        changing.source,
        changing.activity_id,
        changing.activity_type,
        changing.rep_reference,
        changing.outcome,
        changing.occurred_at,
        changing.occurred_on,
        changing.source_key,
        row_number() over (
            partition by spans.record_key, spans.known_from
            order by changing.row_hash desc, changing.source_file asc, changing.source_row asc
        ) as position_of_row
    from spans
    inner join changing
        on
            spans.record_key = changing.record_key
            and {{ was_told_on('changing', 'spans.known_from') }}
),

editions as (
    select
        known_from,
        known_to,
        source,
        activity_id,
        activity_type,
        rep_reference,
        outcome,
        occurred_at,
        occurred_on,
        source_key
    from mapped
    where rows_of_key = 1
    union all
    select
        known_from,
        known_to,
        source,
        activity_id,
        activity_type,
        rep_reference,
        outcome,
        occurred_at,
        occurred_on,
        source_key
    from changing_editions
    where position_of_row = 1
),

occurred as (
    select
        {{ metric_of_activity('editions.activity_type') }} as metric,
        coalesce(rep_references.resolved_id, 'unassigned') as rep_id,
        editions.occurred_on,
        editions.source,
        editions.activity_id,
        editions.known_from,
        editions.known_to
    from editions
    cross join as_of
    left join rep_references
        on
            editions.source = rep_references.scope
            and editions.rep_reference = rep_references.reference
    left join copies
        on
            editions.source = copies.source
            and editions.source_key = copies.source_key
    where
        copies.source_key is null
        and coalesce(rep_references.candidate_count, 1) = 1
        and (editions.occurred_at <= as_of.as_of_at or (editions.occurred_at is not null and editions.outcome = 'done'))
),

final as (
    {{ single_credits('occurred', 'activity', 'rep_id', 'occurred_on', told=true) }}
)

select * from final
