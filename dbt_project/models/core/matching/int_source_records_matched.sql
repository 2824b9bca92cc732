-- noqa: disable=LT02
-- Every rep, account, team and product of every source, and every deal and lead that the register crosswalk names, with its id in every other
-- model. Records of several systems are one by the register crosswalk, else by a rep's e-mail or an account's name where it belongs to one
-- record in each system. A record that the register maps to itself stays separate.
{% set declared_entities = {'opportunity': 'opportunities', 'lead': 'leads'} %}

with recursive

{{ steps_reading_crosswalks() }},

deal_versions as (
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
        record_name,
        case entity
            when 'rep' then nullif(lower({{ trimmed('email') }}), '')
            when 'account' then nullif({{ normalized_name('record_name') }}, '')
        end as recognized_by,
        first_seen_at,
        cast(null as date) as created_on
    from {{ ref('int_source_records_unioned') }}
    where exclusion_reason is null
    union all
    select
        entity,
        source,
        source_record_id,
        record_key,
        cast(null as varchar) as record_name,
        cast(null as varchar) as recognized_by,
        min(extracted_at) as first_seen_at,
        min(created_on) as created_on
    from deal_versions
    where
        source_record_id in (select crosswalks.source_record_id from crosswalks)
        or source_record_id in (select crosswalks.canonical_reference from crosswalks)
        or record_key in (select crosswalks.canonical_reference from crosswalks)
    group by entity, source, source_record_id, record_key
),

{{ steps_declaring_ids() }},

recognizable as (
    select
        *,
        count(*) over (partition by entity, recognized_by, source) as records_of_source,
        row_number() over (
            partition by entity, recognized_by order by first_seen_at asc, source asc, source_record_id asc
        ) as position_in_group
    from declared
    where recognized_by is not null and declared_id is distinct from source_record_id
),

recognized as (
    select
        entity,
        recognized_by,
        coalesce(
            min(crosswalk_id), min(case when position_in_group = 1 then source_record_id end)
        ) as recognized_id
    from recognizable
    group by entity, recognized_by
    having
        count(distinct source) > 1
        and max(records_of_source) = 1
        and count(distinct crosswalk_id) <= 1
),

matched as (
    select
        declared.*,
        coalesce(declared.crosswalk_id, recognized.recognized_id, declared.source_record_id) as canonical_id,
        case
            when declared.crosswalk_id is not null then 'crosswalk'
            when recognized.recognized_id is null then null
            when declared.entity = 'rep' then 'email'
            else 'name'
        end as match_rule
    from declared
    left join recognized
        on declared.entity = recognized.entity and declared.recognized_by = recognized.recognized_by
),

final as (
    select
        *,
        row_number() over (
            partition by entity, canonical_id order by first_seen_at desc nulls last, source asc, source_record_id asc
        ) as precedence
    from matched
)

select * from final
