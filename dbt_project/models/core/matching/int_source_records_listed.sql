-- noqa: disable=LT02
-- What may be one thing in several systems: every rep, account, team and product of every source, and the deals and leads that the
-- register names; when each was first seen, and by what it is recognized: a rep by e-mail, an account by its name.
{% set listed_entities = {
    'rep': {'plural': 'reps', 'recognized_by': "lower(" ~ trimmed('email') ~ ")"},
    'account': {'plural': 'accounts', 'recognized_by': normalized_name('account_name')},
    'team': {'plural': 'teams', 'recognized_by': 'cast(null as varchar)'},
    'product': {'plural': 'products', 'recognized_by': 'cast(null as varchar)'},
} %}
{% set named_entities = {'opportunity': 'opportunities', 'lead': 'leads'} %}

with

named as (
    select
        entity,
        {{ referenced_id('source', 'record_key') }} as source_record_id,
        canonical_reference
    from {{ ref('stg_registers__crosswalks') }}
    where is_current
),

first_seen as (
    {% for entity, listed in listed_entities.items() -%}
    select
        '{{ entity }}' as entity,
        {{ canonical_id('source', entity ~ '_key') }} as source_record_id,
        min(extracted_at) as first_seen_at
    from (
        {{ union_sources(listed.plural, entity ~ '_key, extracted_at') }}
    ) as {{ entity }}_versions
    group by source, {{ entity }}_key
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

recognized as (
    {% for entity, listed in listed_entities.items() -%}
    select
        '{{ entity }}' as entity,
        source,
        {{ entity }}_id as source_record_id,
        {{ entity }}_key as record_key,
        {{ entity }}_name as record_name,
        nullif({{ listed.recognized_by }}, '') as recognized_by
    from {{ ref('int_' ~ listed.plural ~ '_unioned') }}
    where exclusion_reason is null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

versions as (
    {% for entity, plural in named_entities.items() -%}
    select
        '{{ entity }}' as entity,
        source,
        {{ canonical_id('source', entity ~ '_key') }} as source_record_id,
        {{ entity }}_key as record_key,
        created_at,
        created_on,
        extracted_at
    from (
        {{ union_sources(plural, entity ~ '_key, created_at, created_on, extracted_at') }}
    ) as {{ entity }}_versions
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

named_records as (
    select
        entity,
        source,
        source_record_id,
        record_key,
        min(created_at) as created_at,
        min(created_on) as created_on,
        min(extracted_at) as first_seen_at
    from versions
    where
        source_record_id in (select named.source_record_id from named)
        or source_record_id in (select named.canonical_reference from named)
        or record_key in (select named.canonical_reference from named)
    group by entity, source, source_record_id, record_key
),

final as (
    select
        recognized.entity,
        recognized.source,
        recognized.source_record_id,
        recognized.record_key,
        recognized.record_name,
        recognized.recognized_by,
        cast(null as timestamp) as created_at,
        cast(null as date) as created_on,
        first_seen.first_seen_at
    from recognized
    left join first_seen
        on
            recognized.entity = first_seen.entity
            and recognized.source_record_id = first_seen.source_record_id
    union all
    select
        entity,
        source,
        source_record_id,
        record_key,
        cast(null as varchar) as record_name,
        cast(null as varchar) as recognized_by,
        created_at,
        created_on,
        first_seen_at
    from named_records
)

select * from final
