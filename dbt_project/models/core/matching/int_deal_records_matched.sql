-- noqa: disable=LT02
-- The deals and leads that the register crosswalk names, in each system that has them: how each record began, the id that the register declares
-- for it and the id in every other model.
{% set declared_entities = {'opportunity': 'opportunities', 'lead': 'leads'} %}

with recursive

{{ steps_reading_crosswalks() }},

versions as (
    {% for entity, plural in declared_entities.items() -%}
    select
        '{{ entity }}' as entity,
        source,
        {{ canonical_id('source', entity ~ '_key') }} as source_record_id,
        {{ entity }}_key as record_key,
        created_on,
        extracted_at
    from (
        {{ union_sources(plural, entity ~ '_key, created_on, extracted_at') }}
    ) as {{ entity }}_versions
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

records as (
    select
        entity,
        source,
        source_record_id,
        record_key,
        min(created_on) as created_on,
        min(extracted_at) as first_seen_at
    from versions
    where
        source_record_id in (select crosswalks.source_record_id from crosswalks)
        or source_record_id in (select crosswalks.canonical_reference from crosswalks)
        or record_key in (select crosswalks.canonical_reference from crosswalks)
    group by entity, source, source_record_id, record_key
),

{{ steps_declaring_ids() }},

final as (
    select
        *,
        crosswalk_id as canonical_id
    from declared
)

select * from final
