{#- Steps of the two models of matched records: the current rows of the register crosswalk with the full id of the record that each maps, and
    those that have begun. -#}
{% macro steps_reading_crosswalks() -%}
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
    where
        register.is_current
        and not {{ is_placeholder_id('register.canonical_reference') }}
),

-- of the rows on one record that have begun, the last is in force
crosswalks_begun as (
    select
        crosswalks.*,
        row_number() over (
            partition by crosswalks.entity, crosswalks.source_record_id
            order by crosswalks.begins_on desc, crosswalks.row_hash desc
        ) as position_of_record
    from crosswalks
    inner join {{ ref('int_as_of_determined') }} as as_of on crosswalks.begins_on <= as_of.as_of_date
)
{%- endmacro %}

{#- Further steps of these models: `declared`, each of `records` with the id that the register declares for it and, as crosswalk_id, the canonical
    one: a record may be mapped to one that is mapped itself. A reference is a full id, or a bare one that one record of the other systems
    has; any other text is the company's own id. -#}
{% macro steps_declaring_ids() -%}
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

records_with_declared_ids as (
    select
        records.*,
        coalesce(
            case when sources.source is not null then in_force.canonical_reference end,
            bare_ids.declared_id,
            {{ canonical_id("'registers'", 'in_force.canonical_reference') }}
        ) as declared_id,
        in_force.valid_from as declared_from
    from records
    left join crosswalks_begun as in_force
        on
            records.entity = in_force.entity
            and records.source_record_id = in_force.source_record_id
            and in_force.position_of_record = 1
    left join {{ source('raw', 'source') }} as sources on in_force.canonical_reference like sources.source || ':%'
    left join bare_ids
        on
            in_force.entity = bare_ids.entity
            and in_force.canonical_reference = bare_ids.canonical_reference
),

links as (
    select
        entity,
        source_record_id,
        declared_id
    from records_with_declared_ids
    where declared_id is not null
),

climbed as (
    select
        entity,
        source_record_id,
        declared_id,
        0 as depth
    from links
    union all
    select
        climbed.entity,
        climbed.source_record_id,
        links.declared_id,
        climbed.depth + 1 as depth
    from climbed
    inner join links
        on
            climbed.entity = links.entity
            and climbed.declared_id = links.source_record_id
    where climbed.declared_id <> links.declared_id and climbed.depth < 20
),

climbed_in_order as (
    select
        *,
        row_number() over (partition by entity, source_record_id order by depth desc) as position_from_end
    from climbed
),

ends as (
    select
        entity,
        source_record_id,
        declared_id as canonical_id
    from climbed_in_order
    where position_from_end = 1
),

targets as (
    select distinct
        entity,
        canonical_id
    from ends
),

-- a record that others are mapped to keeps its id, whatever it may be recognized by
declared as (
    select
        records.*,
        coalesce(ends.canonical_id, targets.canonical_id) as crosswalk_id
    from records_with_declared_ids as records
    left join ends
        on
            records.entity = ends.entity
            and records.source_record_id = ends.source_record_id
    left join targets
        on
            records.entity = targets.entity
            and records.source_record_id = targets.canonical_id
)
{%- endmacro %}

{#- Whether what a record of an entity is recognized by identifies nobody: a name or an e-mail of the seed placeholders, or a text that is no
    e-mail. A local part is compared without its tag, separators and last digits. -#}
{% macro is_placeholder(entity, value) -%}
    {%- set local_part = without_pattern(value, '[+@].*|[._-]|[0-9]+(?:[+@].*)?$') -%}
    case
        when {{ entity }} = 'account' then {{ is_listed_placeholder(value, 'name') }}
        when not {{ is_like_pattern(value, '.+@.+') }} then true
        else {{ is_listed_placeholder(value, 'email') }}
            or {{ is_listed_placeholder(local_part, 'email_local_part') }}
            or {{ is_listed_placeholder(without_pattern(value, '^.*@'), 'email_domain') }}
    end
{%- endmacro %}

{#- Whether an id that the register crosswalk gives a record is a placeholder. -#}
{% macro is_placeholder_id(reference) -%}
    {%- set words = 'n[/.]?a|none|null|nil|nan|unknown|undefined|missing|blank|empty|tb[acd]|test|dummy|placeholder|x+' -%}
    {{ is_like_pattern(reference, '[-–—_.#?/<>() 0]*(?:' ~ words ~ ')?[-–—_.#?/<>() ]*') }}
{%- endmacro %}

{% macro is_listed_placeholder(value, field) -%}
    {{ value }} in (select listed.placeholder from {{ ref('placeholders') }} as listed where listed.field = '{{ field }}')
{%- endmacro %}
