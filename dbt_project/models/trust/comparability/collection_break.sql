-- Every break, declared or detected, with its review by sales ops, the metrics that depend on it and the days that are not recorded because of
-- it. A dismissed break does not change what was recorded.
with

break_kinds as (
    select * from {{ ref('break_kinds') }}
),

break_metrics as (
    select
        break_id,
        {{ listed_in_order('metric', 'metric') }} as metrics
    from {{ ref('int_break_metrics') }}
    group by break_id
),

reviews as (
    select * from {{ ref('int_break_reviews_matched') }}
    where is_in_force
),

breaks as (
    select * from {{ ref('int_collection_breaks_declared') }}
    union all
    select
        *,
        cast(null as varchar) as bridge_rule,
        cast(null as boolean) as is_bridge_read
    from {{ ref('int_collection_breaks_detected') }}
),

-- a detected break has the Monday of its week; where recording starts, it is the day of the first record
first_days as (
    select
        breaks.break_id,
        min(profiles.first_on) as first_on
    from breaks
    inner join break_kinds on breaks.kind = break_kinds.kind
    inner join {{ ref('int_collection_profiles_counted') }} as profiles
        on
            breaks.source = profiles.source
            and breaks.object = profiles.object
            and breaks.field = profiles.field
            and breaks.population = profiles.population
            and breaks.starts_on = profiles.week_start
            and coalesce(breaks.record_type, profiles.record_type) = profiles.record_type
    where breaks.origin = 'detected' and break_kinds.effect = 'unrecorded_before' and profiles.measure = 'row_count'
    group by breaks.break_id
),

reviewed as (
    select
        breaks.break_id,
        breaks.kind,
        break_kinds.is_gap,
        break_kinds.effect,
        breaks.origin,
        breaks.source,
        breaks.object,
        breaks.field,
        breaks.population,
        breaks.record_type,
        coalesce(first_days.first_on, breaks.starts_on) as starts_on,
        breaks.ends_on,
        breaks.size,
        case when reviews.decision = 'confirmed' then cast(1 as double) else breaks.confidence end as confidence,
        breaks.bridge_rule,
        breaks.is_bridge_read,
        breaks.evidence,
        reviews.decision as review,
        reviews.decided_by as reviewed_by,
        reviews.decided_on as reviewed_on
    from breaks
    left join break_kinds on breaks.kind = break_kinds.kind
    left join first_days on breaks.break_id = first_days.break_id
    left join reviews on breaks.break_id = reviews.break_id
),

-- of the same records: the recording break before, and the start of recording after
recordings as (
    select
        break_id,
        lag(kind) over (recordings_in_order) as previous_kind,
        lead(case when effect = 'unrecorded_before' then {{ add_days('starts_on', -1) }} end) over (recordings_in_order) as restarted_after
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
        cast(reviewed.confidence as double) as confidence,
        cast(break_metrics.metrics as varchar) as metrics,
        cast(reviewed.record_type as varchar) as record_type,
        case
            when reviewed.effect = 'unrecorded_during'
                then coalesce(reviewed.ends_on, recordings.restarted_after, reviewed.starts_on)
            else reviewed.ends_on
        end as ends_on,
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
            when reviewed.effect = 'unrecorded_during'
                then coalesce(reviewed.ends_on, recordings.restarted_after, reviewed.starts_on)
        end as unrecorded_to
    from reviewed
    left join break_metrics on reviewed.break_id = break_metrics.break_id
    left join recordings on reviewed.break_id = recordings.break_id
)

select * from final
