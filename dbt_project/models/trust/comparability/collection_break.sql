-- Every break, declared or detected, with its review by sales ops, the metrics that depend on it and the days that are not recorded because of
-- it. A dismissed break does not change what was recorded, and one that is not trusted changes no figure.
{% set last_of_gap = 'coalesce(reviewed.ends_on, recordings.restarted_after, reviewed.starts_on)' %}
with

declared as (
    select * from {{ ref('int_collection_breaks_declared') }}
),

detected as (
    select * from {{ ref('int_collection_breaks_detected') }}
),

breaks as (
    select * from declared
    union all
    select
        *,
        cast(null as varchar) as bridge_rule,
        cast(null as boolean) as is_bridge_read,
        cast(null as varchar) as previous_source
    from detected
),

-- the metrics that depend on the field, and of a break in the volume of an object those that depend on any field of it
affected as (
    select distinct
        breaks.break_id,
        metric_fields.metric
    from breaks
    inner join {{ ref('metric_fields') }} as metric_fields
        on
            breaks.object = metric_fields.object
            -- a break that is seen in one type of activity does not concern the fields of the others
            and (breaks.field = metric_fields.field or (breaks.field = 'rows' and breaks.record_type is null))
            and coalesce(breaks.record_type = metric_fields.record_type, true)
),

affected_metrics as (
    select
        break_id,
        {{ listed_in_order('metric', 'metric') }} as metrics
    from affected
    group by break_id
),

break_references as (
    select
        break_id,
        break_id as break_reference
    from declared
    union all
    select
        break_id,
        {{ each_part('review_references', ',') }} as break_reference
    from detected
),

current_reviews as (
    select
        *,
        {{ has_newer_row('source_key') }} as is_duplicate
    from {{ ref('stg_registers__collection_break_reviews') }}
    where is_current
),

reviews as (
    select
        break_references.break_id,
        reviews.decision,
        reviews.decided_by,
        reviews.decided_on,
        row_number() over (
            partition by break_references.break_id order by reviews.decided_on desc nulls last, break_reference desc
        ) as position_from_last
    from current_reviews as reviews
    inner join break_references using (break_reference)
    where not reviews.is_duplicate
),

reviewed as (
    select
        breaks.*,
        break_kinds.is_gap,
        break_kinds.effect,
        reviews.decision as review,
        reviews.decided_by as reviewed_by,
        reviews.decided_on as reviewed_on
    from breaks
    left join {{ ref('break_kinds') }} as break_kinds on breaks.kind = break_kinds.kind
    left join reviews on breaks.break_id = reviews.break_id and reviews.position_from_last = 1
),

-- of the same records: the recording break before, and the start of recording after
recordings as (
    select
        break_id,
        lag(kind) over (recordings_in_order) as previous_kind,
        lead(case when effect = 'unrecorded_before' then {{ add_days('starts_on', -1) }} end) over (recordings_in_order)
            as restarted_after
    from reviewed
    where review is distinct from 'dismissed' and effect <> 'divides' and ends_on is null
    window recordings_in_order as (
        partition by source, object, field, population, record_type order by starts_on, kind, break_id
    )
),

final as (
    select
        cast(reviewed.break_id as varchar) as break_id,
        cast(reviewed.kind as varchar) as kind,
        cast(reviewed.origin as varchar) as origin,
        cast(reviewed.source as varchar) as source,
        cast(reviewed.object as varchar) as object,
        cast(reviewed.field as varchar) as field,
        cast(reviewed.population as varchar) as population,
        reviewed.starts_on,
        cast(case when reviewed.review = 'confirmed' then 1 else reviewed.confidence end as double) as confidence,
        cast(affected_metrics.metrics as varchar) as metrics,
        cast(reviewed.record_type as varchar) as record_type,
        case when reviewed.effect = 'unrecorded_during' then {{ last_of_gap }} else reviewed.ends_on end as ends_on,
        cast(reviewed.size as double) as size,
        cast(reviewed.bridge_rule as varchar) as bridge_rule,
        cast(reviewed.evidence as varchar) as evidence,
        reviewed.is_bridge_read,
        cast(reviewed.review as varchar) as review,
        cast(reviewed.reviewed_by as varchar) as reviewed_by,
        reviewed.reviewed_on,
        reviewed.is_gap,
        case
            when reviewed.effect = 'unrecorded_before' and recordings.previous_kind is null then cast('0001-01-01' as date)
            when reviewed.effect in ('unrecorded_after', 'unrecorded_during') then reviewed.starts_on
        end as unrecorded_from,
        case
            when reviewed.effect = 'unrecorded_before' and recordings.previous_kind is null
                then {{ add_days('reviewed.starts_on', -1) }}
            when reviewed.effect = 'unrecorded_after' then coalesce(recordings.restarted_after, cast('9999-12-31' as date))
            when reviewed.effect = 'unrecorded_during' then {{ last_of_gap }}
        end as unrecorded_to,
        coalesce(reviewed.review <> 'dismissed', true)
        and coalesce(
            reviewed.origin = 'declared' or reviewed.review = 'confirmed'
            or reviewed.confidence >= {{ var('trusted_break_confidence') }}, false
        ) as is_trusted
    from reviewed
    left join affected_metrics on reviewed.break_id = affected_metrics.break_id
    left join recordings on reviewed.break_id = recordings.break_id
)

select * from final
