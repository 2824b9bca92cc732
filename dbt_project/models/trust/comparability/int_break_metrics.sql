-- Which metrics each break affects: those that depend on its field, and of a break in the volume of an object, those that depend on
-- any field of it.
with

breaks as (
    select
        break_id,
        object,
        field,
        record_type
    from {{ ref('int_collection_breaks_declared') }}
    union all
    select
        break_id,
        object,
        field,
        record_type
    from {{ ref('int_collection_breaks_detected') }}
),

metric_fields as (
    select * from {{ ref('metric_fields') }}
),

final as (
    select distinct
        breaks.break_id,
        metric_fields.metric
    from breaks
    inner join metric_fields
        on
            breaks.object = metric_fields.object
            -- a break that is seen in one type of activity does not concern the fields of the others
            and (breaks.field = metric_fields.field or (breaks.field = 'rows' and breaks.record_type is null))
            and coalesce(breaks.record_type = metric_fields.record_type, true)
)

select * from final
