{#- Quotas come from the register too, which the models read without this list. -#}
{% set entities = delivered_entities() | reject('equalto', 'quotas') | list %}

with

read_objects as (
    {% for entity in entities -%}
    {% set last_entity = loop.last -%}
    {% for source in sources_of(entity) -%}
    select '{{ source }}' as source, '{{ object_of(entity) }}' as object
    {{ 'union all' if not (last_entity and loop.last) }}
    {% endfor -%}
    {% endfor -%}
)

select
    loaded.source,
    loaded.object,
    loaded.source || ': rows of its object ' || loaded.object || ' were loaded, and no model reads them' as message
from {{ source('raw', 'load_ledger') }} as loaded
left join read_objects
    on loaded.source = read_objects.source
        and loaded.object = read_objects.object
where loaded.object in (select canonical.object from read_objects as canonical)
    and read_objects.source is null
group by loaded.source, loaded.object
