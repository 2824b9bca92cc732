{{ config(tags=['build']) }}

-- A metric without an entry in the map, and an entry for a field that the collection profile does not measure.
with

metrics as (
    select * from {{ ref('metrics') }}
),

metric_fields as (
    select * from {{ ref('metric_fields') }}
),

measured as (
    select distinct
        object,
        field
    from {{ ref('collection_measures') }}
)

select
    metrics.metric,
    'names no field' as problem
from metrics
left join metric_fields on metrics.metric = metric_fields.metric
where metric_fields.metric is null
union all
select
    metric_fields.metric,
    metric_fields.object || '.' || metric_fields.field || ' is not measured' as problem
from metric_fields
left join measured
    on metric_fields.object = measured.object
    and metric_fields.field = measured.field
where measured.field is null
union all
select
    metric_fields.metric,
    'is not a metric' as problem
from metric_fields
left join metrics on metric_fields.metric = metrics.metric
where metrics.metric is null
