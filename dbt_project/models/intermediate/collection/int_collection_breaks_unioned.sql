-- Every break, declared or detected. What was declared is not listed again as detected: of the same source, object, field and people,
-- within four weeks of the declared day.
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
            and detected.field = declared.field
            and (detected.population = declared.population or declared.population = 'all')
            and abs({{ days_between('detected.starts_on', 'declared.starts_on') }}) <= 28
),

final as (
    select * from declared
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
        detected.size,
        detected.confidence,
        cast(null as varchar) as bridge_rule,
        detected.evidence
    from detected
    left join known on detected.break_id = known.break_id
    where known.break_id is null
)

select * from final
