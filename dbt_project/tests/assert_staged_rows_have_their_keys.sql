{{ config(group='staging', tags=['build']) }}
{#- Every row of a staged entity has a key and an origin, whichever source delivers it: all of them are looked at in one query. -#}
{% for source, entities in entities_by_source().items() -%}
{% set last_source = loop.last -%}
{% for entity in entities -%}
select
    '{{ source }}' as source,
    '{{ entity }}' as entity,
    count(*) || ' rows of {{ entity }} of {{ source }} lack a source_key, is_current or the extract of their file' as message
from {{ ref('stg_' ~ source ~ '__' ~ entity) }}
where source_key is null or is_current is null or (source_file is not null and extracted_at is null)
having count(*) > 0
{{ 'union all' if not (last_source and loop.last) }}
{% endfor -%}
{% endfor -%}
