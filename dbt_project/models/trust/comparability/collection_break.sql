with

breaks as (
    select * from {{ ref('int_collection_breaks_unioned') }}
),

metrics as (
    select
        break_id,
        {{ listed_in_order('metric', 'metric') }} as metrics
    from {{ ref('int_break_metrics_mapped') }}
    group by break_id
),

final as (
    select
        cast(breaks.break_id as varchar) as break_id,
        cast(breaks.kind as varchar) as kind,
        cast(breaks.origin as varchar) as origin,
        cast(breaks.source as varchar) as source,
        cast(breaks.object as varchar) as object,
        cast(breaks.field as varchar) as field,
        cast(breaks.population as varchar) as population,
        breaks.starts_on,
        cast(breaks.confidence as double) as confidence,
        cast(metrics.metrics as varchar) as metrics,
        cast(breaks.record_type as varchar) as record_type,
        breaks.ends_on,
        cast(breaks.size as double) as size,
        cast(breaks.bridge_rule as varchar) as bridge_rule,
        cast(breaks.evidence as varchar) as evidence,
        breaks.is_bridge_read,
        cast(breaks.review as varchar) as review,
        cast(breaks.reviewed_by as varchar) as reviewed_by,
        breaks.reviewed_on
    from breaks
    left join metrics on breaks.break_id = metrics.break_id
)

select * from final
