{#- An object is read where its entity is listed for its source and a model reads its raw table. Quotas are also an object of the registers,
    which need no entry in the list. -#}
{% set read_tables = [] -%}
{% if execute -%}
    {% for node in graph.nodes.values() if node.resource_type == 'model' -%}
        {% do read_tables.extend(node.depends_on.nodes | map('replace', 'source.' ~ project_name ~ '.raw.', '')) -%}
    {% endfor -%}
{% endif -%}
{% set entities = delivered_entities() | reject('equalto', 'quotas') | list -%}

with

canonical_objects as (
    {% for entity in entities -%}
    select '{{ object_of(entity) }}' as object
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

read_objects as (
    select cast(null as varchar) as source, cast(null as varchar) as object
    {% for entity in entities -%}
    {% for source in sources_of(entity) if source ~ '__' ~ object_of(entity) in read_tables -%}
    union all
    select '{{ source }}' as source, '{{ object_of(entity) }}' as object
    {% endfor -%}
    {% endfor -%}
)

select
    loaded.source,
    loaded.object,
    loaded.source || ': rows of its object ' || loaded.object || ' were loaded, and no model reads them' as message
from {{ source('raw', 'load_ledger') }} as loaded
inner join canonical_objects on loaded.object = canonical_objects.object
left join read_objects
    on loaded.source = read_objects.source
        and loaded.object = read_objects.object
where read_objects.source is null
group by loaded.source, loaded.object
