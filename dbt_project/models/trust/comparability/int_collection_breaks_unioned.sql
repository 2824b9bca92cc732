-- Every break, declared or detected, with what sales ops made of it, and where something was not recorded at all, from when to when. A
-- dismissed one says nothing of what was recorded.
with

breaks as (
    select * from {{ ref('int_collection_breaks_listed') }}
),

reviews as (
    select * from {{ ref('int_break_reviews_matched') }}
    where is_in_force
),

reviewed as (
    select
        breaks.break_id,
        breaks.kind,
        breaks.origin,
        breaks.source,
        breaks.object,
        breaks.field,
        breaks.population,
        breaks.record_type,
        breaks.starts_on,
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
    left join reviews on breaks.break_id = reviews.break_id
),

trackings as (
    select
        break_id,
        lag(kind) over (tracking_in_order) as previous_kind,
        lead(case when kind = 'tracking_started' then starts_on end) over (tracking_in_order) as restarted_on
    from reviewed
    where review is distinct from 'dismissed' and kind in ('tracking_started', 'tracking_stopped', 'outage') and ends_on is null
    window tracking_in_order as (
        partition by source, object, field, population, record_type order by starts_on, kind, break_id
    )
),

final as (
    select
        reviewed.break_id,
        reviewed.kind,
        reviewed.origin,
        reviewed.source,
        reviewed.object,
        reviewed.field,
        reviewed.population,
        reviewed.record_type,
        reviewed.starts_on,
        case
            when reviewed.kind = 'outage'
                then coalesce(reviewed.ends_on, {{ add_days('trackings.restarted_on', -1) }}, reviewed.starts_on)
            else reviewed.ends_on
        end as ends_on,
        reviewed.size,
        reviewed.confidence,
        reviewed.bridge_rule,
        reviewed.is_bridge_read,
        reviewed.evidence,
        reviewed.review,
        reviewed.reviewed_by,
        reviewed.reviewed_on,
        case
            when reviewed.kind = 'tracking_started' and trackings.previous_kind is null then cast('0001-01-01' as date)
            when reviewed.kind in ('tracking_stopped', 'outage') then reviewed.starts_on
        end as untracked_from,
        case
            when reviewed.kind = 'tracking_started' and trackings.previous_kind is null
                then {{ add_days('reviewed.starts_on', -1) }}
            when reviewed.kind = 'tracking_stopped'
                then coalesce({{ add_days('trackings.restarted_on', -1) }}, cast('9999-12-31' as date))
            when reviewed.kind = 'outage'
                then coalesce(reviewed.ends_on, {{ add_days('trackings.restarted_on', -1) }}, reviewed.starts_on)
        end as untracked_to
    from reviewed
    left join trackings on reviewed.break_id = trackings.break_id
)

select * from final
