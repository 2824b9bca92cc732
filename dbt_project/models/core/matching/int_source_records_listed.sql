-- noqa: disable=LT02
-- The records that can be one with another system's: every rep, account, team and product of every source, and the deals and
-- leads that the register crosswalk names. Each has what it is recognized by (a rep by e-mail, an account by its name) and the id
-- that the register declares: a full id, or a bare one that one record of the other systems has; any other text is the company's
-- own id.
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
        entity,
        source,
        {{ referenced_id('source', 'record_key') }} as source_record_id,
        canonical_reference,
        coalesce(valid_from, cast('0001-01-01' as date)) as begins_on,
        valid_from,
        row_hash,
        count(*) over (partition by entity, canonical_reference) as reference_count
    from {{ ref('stg_registers__crosswalks') }}
    where is_current
),

sources as (
    select source from {{ source('raw', 'source') }}
),

as_of as (
    select as_of_date from {{ ref('int_as_of_determined') }}
),

organization_records as (
    {% for entity, listed in organization_entities.items() -%}
    select
        '{{ entity }}' as entity,
        source,
        {{ entity }}_id as source_record_id,
        {{ entity }}_key as record_key,
        {{ entity }}_name as record_name,
        nullif({{ listed.recognized_by }}, '') as recognized_by,
        cast(null as timestamp) as created_at,
        cast(null as date) as created_on,
        first_seen_at
    from {{ ref('int_' ~ listed.plural ~ '_unioned') }}
    where exclusion_reason is null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

versions as (
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
    select * from organization_records
    union all
    select
        entity,
        source,
        source_record_id,
        record_key,
        cast(null as varchar) as record_name,
        cast(null as varchar) as recognized_by,
        min(created_at) as created_at,
        min(created_on) as created_on,
        min(extracted_at) as first_seen_at
    from versions
    where
        source_record_id in (select crosswalks.source_record_id from crosswalks)
        or source_record_id in (select crosswalks.canonical_reference from crosswalks)
        or record_key in (select crosswalks.canonical_reference from crosswalks)
    group by entity, source, source_record_id, record_key
),

-- of the register's rows on a record the one that began last is in force
crosswalks_in_order as (
    select
        crosswalks.*,
        row_number() over (
            partition by crosswalks.entity, crosswalks.source_record_id
            order by crosswalks.begins_on desc, crosswalks.row_hash desc
        ) as position_of_row
    from crosswalks
    inner join as_of on crosswalks.begins_on <= as_of.as_of_date
),

bare_keys as (
    select
        crosswalks.entity,
        crosswalks.canonical_reference,
        min(records.source_record_id) as source_record_id
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
            case when sources.source is not null then crosswalks.canonical_reference end,
            bare_keys.source_record_id,
            {{ canonical_id("'registers'", 'crosswalks.canonical_reference') }}
        ) as declared_id,
        crosswalks.valid_from as declared_from
    from records
    left join crosswalks_in_order as crosswalks
        on
            records.entity = crosswalks.entity
            and records.source_record_id = crosswalks.source_record_id
            and crosswalks.position_of_row = 1
    left join sources on crosswalks.canonical_reference like sources.source || ':%'
    left join bare_keys
        on
            crosswalks.entity = bare_keys.entity
            and crosswalks.canonical_reference = bare_keys.canonical_reference
)

select * from final
