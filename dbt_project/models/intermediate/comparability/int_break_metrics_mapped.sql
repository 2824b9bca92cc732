-- Which metrics each break touches: those that depend on its field, and of one in the volume of an object, those that depend on
-- any field of it. What concerns one type of activity touches no metric of another.
with

breaks as (
    select * from {{ ref('int_collection_breaks_unioned') }}
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
            and (breaks.field = 'rows' or breaks.field = metric_fields.field)
            and (breaks.record_type = metric_fields.record_type or breaks.record_type is null or metric_fields.record_type is null)
)

select * from final
