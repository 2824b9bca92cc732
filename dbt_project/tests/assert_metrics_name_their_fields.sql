-- A metric without an entry in the map, and an entry of a field that the collection profile does not measure.
{% set measured = profiled_fills() + profiled_categories() + profiled_magnitudes() + profiled_instants() %}

with

metrics as (
    select * from {{ ref('metrics') }}
),

metric_fields as (
    select * from {{ ref('metric_fields') }}
),

measured as (
    {%- for object, dated_by, field, column, condition in measured %}
    select '{{ object }}' as object, '{{ field }}' as field
    union
    {%- endfor %}
    {%- for field in profiled_edits() %}
    select 'opportunity' as object, '{{ field }}' as field
    union
    {%- endfor %}
    {%- for object, field in profiled_volumes() %}
    select '{{ object }}' as object, '{{ field }}' as field
    {% if not loop.last %}union{% endif %}
    {%- endfor %}
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
    'is no metric' as problem
from metric_fields
left join metrics on metric_fields.metric = metrics.metric
where metrics.metric is null
