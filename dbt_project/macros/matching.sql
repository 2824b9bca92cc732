{#- Steps of the models of source records: `records` with the id that the register declares for each: a full id, or a bare one that one record
    of the other systems has; any other text is the company's own id. Reads the steps `records` and `crosswalks`. -#}
{% macro steps_declaring_ids() -%}
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

records_with_declared_ids as (
    select
        records.*,
        coalesce(
            case when sources.source is not null then crosswalks.canonical_reference end,
            bare_keys.source_record_id,
            {{ canonical_id("'registers'", 'crosswalks.canonical_reference') }}
        ) as declared_id,
        crosswalks.valid_from as declared_from
    from records
    left join crosswalks
        on
            records.entity = crosswalks.entity
            and records.source_record_id = crosswalks.source_record_id
            and crosswalks.is_in_force
    left join {{ source('raw', 'source') }} as sources on crosswalks.canonical_reference like sources.source || ':%'
    left join bare_keys
        on
            crosswalks.entity = bare_keys.entity
            and crosswalks.canonical_reference = bare_keys.canonical_reference
)
{%- endmacro %}


{#- Steps of the models of matched ids: `declared`, the canonical id of each of `records` that the register maps or that others are mapped to.
    A record may be mapped to one that is mapped itself. -#}
{% macro steps_following_declared_ids(records) -%}
links as (
    select
        entity,
        source_record_id,
        declared_id
    from {{ records }}
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

-- a record that others are mapped to keeps its id, whatever it may be recognized by
declared as (
    select
        entity,
        source_record_id,
        declared_id as canonical_id
    from climbed_in_order
    where position_from_end = 1
    union all
    select distinct
        records.entity,
        records.source_record_id,
        records.source_record_id as canonical_id
    from {{ records }} as records
    inner join climbed_in_order
        on
            records.entity = climbed_in_order.entity
            and records.source_record_id = climbed_in_order.declared_id
            and climbed_in_order.position_from_end = 1
    where records.declared_id is null
)
{%- endmacro %}
