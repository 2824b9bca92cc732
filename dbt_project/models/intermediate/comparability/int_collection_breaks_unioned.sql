-- Every break, declared and detected: one that was declared is not listed a second time because its traces were found within two weeks
-- of it. Where something was not recorded at all, from when to when.
with

declared as (
    select * from {{ ref('int_collection_breaks_declared') }}
),

detected as (
    select * from {{ ref('int_collection_breaks_detected') }}
),

known as (
    select distinct detected.break_id
    from detected
    inner join declared
        on
            detected.source = declared.source
            and detected.object = declared.object
            and (detected.field = declared.field or detected.field = 'rows' or declared.field = 'rows')
            and (detected.population = declared.population or declared.population = 'all')
            and declared.starts_on between {{ add_days('detected.starts_on', -14) }} and {{ add_days('detected.starts_on', 14) }}
),

unioned as (
    select
        break_id,
        kind,
        'declared' as origin,
        source,
        object,
        field,
        population,
        cast(null as varchar) as record_type,
        starts_on,
        cast(null as date) as ends_on,
        cast(1 as double) as confidence,
        bridge_rule,
        evidence
    from declared
    union all
    select
        detected.break_id,
        detected.kind,
        detected.origin,
        detected.source,
        detected.object,
        detected.field,
        detected.population,
        detected.record_type,
        detected.starts_on,
        detected.ends_on,
        detected.confidence,
        cast(null as varchar) as bridge_rule,
        detected.evidence
    from detected
    left join known on detected.break_id = known.break_id
    where known.break_id is null
),

trackings as (
    select
        break_id,
        lag(kind) over (tracking_in_order) as previous_kind,
        lead(case when kind = 'tracking_started' then starts_on end) over (tracking_in_order) as restarted_on
    from unioned
    where kind in ('tracking_started', 'tracking_stopped', 'outage') and ends_on is null
    window tracking_in_order as (
        partition by source, object, field, population order by starts_on, kind, break_id
    )
),

final as (
    select
        unioned.break_id,
        unioned.kind,
        unioned.origin,
        unioned.source,
        unioned.object,
        unioned.field,
        unioned.population,
        unioned.record_type,
        unioned.starts_on,
        case
            when unioned.kind = 'outage'
                then coalesce(unioned.ends_on, {{ add_days('trackings.restarted_on', -1) }}, unioned.starts_on)
            else unioned.ends_on
        end as ends_on,
        unioned.confidence,
        unioned.bridge_rule,
        unioned.evidence,
        case
            when unioned.kind = 'tracking_started' and trackings.previous_kind is null then cast('0001-01-01' as date)
            when unioned.kind in ('tracking_stopped', 'outage') then unioned.starts_on
        end as untracked_from,
        case
            when unioned.kind = 'tracking_started' and trackings.previous_kind is null
                then {{ add_days('unioned.starts_on', -1) }}
            when unioned.kind = 'tracking_stopped'
                then coalesce({{ add_days('trackings.restarted_on', -1) }}, cast('9999-12-31' as date))
            when unioned.kind = 'outage'
                then coalesce(unioned.ends_on, {{ add_days('trackings.restarted_on', -1) }}, unioned.starts_on)
        end as untracked_to
    from unioned
    left join trackings on unioned.break_id = trackings.break_id
)

select * from final
