-- The credits of each activity by rep and metric, with the days on which they were known, by the rules of int_activities_validated. Copies
-- that a migration left are found from what is known today.
{% set columns %}
    activity_key, activity_type, rep_reference, outcome, occurred_at, occurred_on, source_key, source_file, source_row, row_hash,
    extracted_at, superseded_at, is_current
{% endset %}

{% set happened_on = "coalesce(unioned.occurred_on, cast('9999-12-31' as date))" %}

with

unioned as (
    {{ union_sources('activities', columns) }}
),

copies as (
    select distinct
        source,
        source_key
    from {{ ref('int_activities_validated') }}
    where exclusion_reason = 'migrated'
),

mapped as (
    select
        unioned.source,
        unioned.source || chr(31) || unioned.source_key as record_key,
        {{ canonical_id('unioned.source', 'unioned.activity_key') }} as activity_id,
        lower({{ mapped_value('unioned', 'activity_type') }}) as activity_type,
        {{ mapped_value('unioned', 'rep_reference') }} as rep_reference,
        unioned.outcome,
        unioned.occurred_at,
        unioned.occurred_on,
        unioned.source_key,
        unioned.source_file,
        unioned.source_row,
        unioned.row_hash,
        {{ delivery_days('unioned') }},
        count(*) over (partition by unioned.source, unioned.source_key) as rows_of_key
    from unioned
    {{ join_value_map('unioned', 'activity_type', 'activity', happened_on, rep='rep_reference') }}
    {{ join_value_map('unioned', 'rep_reference', 'activity', happened_on) }}
),

-- most activities are delivered once, and never change
changing as (
    select * from mapped
    where rows_of_key > 1
),

intervals as (
    {{ intervals_between('changing', 'record_key', ['delivered_on', 'superseded_on']) }}
),

known as (
    select
        mapped.*,
        mapped.delivered_on as known_from,
        mapped.superseded_on as known_to,
        1 as position_of_row
    from mapped
    where mapped.rows_of_key = 1
    union all
    select
        changing.*,
        intervals.known_from,
        intervals.known_to,
        row_number() over (
            partition by intervals.record_key, intervals.known_from
            order by changing.row_hash desc, changing.source_file asc, changing.source_row asc
        ) as position_of_row
    from intervals
    inner join changing
        on
            intervals.record_key = changing.record_key
            and {{ is_known_on('changing', 'intervals.known_from') }}
),

occurred as (
    select
        {{ metric_of_activity('known.activity_type') }} as metric,
        coalesce(rep_references.resolved_id, 'unassigned') as rep_id,
        known.occurred_on as credited_on,
        known.source,
        known.activity_id,
        known.known_from,
        known.known_to
    from known
    cross join {{ ref('int_as_of_determined') }} as as_of
    left join {{ ref('int_references_resolved') }} as rep_references
        on
            rep_references.entity = 'rep'
            and known.source = rep_references.scope
            and known.rep_reference = rep_references.reference
    left join copies
        on
            known.source = copies.source
            and known.source_key = copies.source_key
    where
        known.position_of_row = 1
        and copies.source_key is null
        and coalesce(rep_references.candidate_count, 1) = 1
        and (known.occurred_at <= as_of.as_of_at or (known.occurred_at is not null and known.outcome = 'done'))
),

final as (
    select * from occurred
    where metric is not null
)

select * from final
