{% set delivering = {
    'rep': sources_of('reps'),
    'team': sources_of('teams'),
    'account': sources_of('accounts'),
    'product': sources_of('products'),
    'opportunity': sources_of('opportunities'),
    'opportunity_line': sources_of('opportunity_lines'),
    'opportunity_split': sources_of('opportunity_splits'),
    'activity': sources_of('activities'),
    'stage_event': sources_of('stage_events'),
    'lead': sources_of('leads'),
} %}

with

read_objects as (
    {% for object, sources in delivering.items() -%}
    {% set last_object = loop.last -%}
    {% for source in sources -%}
    select '{{ source }}' as source, '{{ object }}' as object
    {{ 'union all' if not (last_object and loop.last) }}
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
where loaded.object in ('{{ delivering | join("', '") }}')
    and read_objects.source is null
group by loaded.source, loaded.object
