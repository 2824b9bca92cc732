-- noqa: disable=LT02
-- Every rep, account, team and product of every source, and each deal and lead that the register crosswalk names: what it is recognized by in
-- another system (a rep by e-mail, an account by its name) and the id that the register declares for it. That is a full id, or a bare one that
-- one record of the other systems has; any other text is the company's own id.
{% set organization_entities = {
    'rep': {'plural': 'reps', 'recognized_by': "lower(" ~ trimmed('email') ~ ")"},
    'account': {'plural': 'accounts', 'recognized_by': normalized_name('account_name')},
    'team': {'plural': 'teams', 'recognized_by': 'cast(null as varchar)'},
    'product': {'plural': 'products', 'recognized_by': 'cast(null as varchar)'},
} %}
{% set declared_entities = {'opportunity': 'opportunities', 'lead': 'leads'} %}

with

crosswalks as (
    select
        register.entity,
        register.source,
        {{ referenced_id('register.source', 'register.record_key') }} as source_record_id,
        register.canonical_reference,
        count(*) over (partition by register.entity, register.canonical_reference) as reference_count,
        register.valid_from,
        coalesce(register.valid_from, cast('0001-01-01' as date)) as begins_on,
        register.row_hash
    from {{ ref('stg_registers__crosswalks') }} as register
    where register.is_current
),

-- of the rows on one record the one that began last
in_force as (
    select
        crosswalks.*,
        row_number() over (
            partition by crosswalks.entity, crosswalks.source_record_id
            order by crosswalks.begins_on desc, crosswalks.row_hash desc
        ) as position_of_record
    from crosswalks
    inner join {{ ref('int_as_of_determined') }} as as_of on crosswalks.begins_on <= as_of.as_of_date
),

deal_versions as (
    {% for entity, plural in declared_entities.items() -%}
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

records as (
    {% for entity, listed in organization_entities.items() -%}
    select
        '{{ entity }}' as entity,
        source,
        {{ entity }}_id as source_record_id,
        {{ entity }}_key as record_key,
        {{ entity }}_name as record_name,
        nullif({{ listed.recognized_by }}, '') as recognized_by,
        first_seen_at,
        cast(null as timestamp) as created_at,
        cast(null as date) as created_on
    from {{ ref('int_' ~ listed.plural ~ '_unioned') }}
    where exclusion_reason is null
    union all
    {% endfor -%}
    select
        entity,
        source,
        source_record_id,
        record_key,
        cast(null as varchar) as record_name,
        cast(null as varchar) as recognized_by,
        min(extracted_at) as first_seen_at,
        min(created_at) as created_at,
        min(created_on) as created_on
    from deal_versions
    where
        source_record_id in (select crosswalks.source_record_id from crosswalks)
        or source_record_id in (select crosswalks.canonical_reference from crosswalks)
        or record_key in (select crosswalks.canonical_reference from crosswalks)
    group by entity, source, source_record_id, record_key
),

-- the record that a bare id means, where one row of the register uses it
bare_ids as (
    select
        crosswalks.entity,
        crosswalks.canonical_reference,
        min(records.source_record_id) as declared_id
    from crosswalks
    inner join records
        on
            crosswalks.entity = records.entity
            and crosswalks.source <> records.source
            and crosswalks.canonical_reference = records.record_key
    where crosswalks.reference_count = 1
    group by crosswalks.entity, crosswalks.canonical_reference
    having count(distinct records.source_record_id) = 1
),

final as (
    select
        records.*,
        coalesce(
            case when sources.source is not null then in_force.canonical_reference end,
            bare_ids.declared_id,
            {{ canonical_id("'registers'", 'in_force.canonical_reference') }}
        ) as declared_id,
        in_force.valid_from as declared_from
    from records
    left join in_force
        on
            records.entity = in_force.entity
            and records.source_record_id = in_force.source_record_id
            and in_force.position_of_record = 1
    left join {{ source('raw', 'source') }} as sources on in_force.canonical_reference like sources.source || ':%'
    left join bare_ids
        on
            in_force.entity = bare_ids.entity
            and in_force.canonical_reference = bare_ids.canonical_reference
)

select * from final
