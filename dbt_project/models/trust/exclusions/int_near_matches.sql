-- Pairs of records of two systems that look like one and were not matched: for sales ops to decide, in the register crosswalk. A record
-- that the register maps is decided.
{% set legal_forms = [
    'inc', 'incorporated', 'corp', 'corporation', 'co', 'company', 'llc', 'llp', 'lp', 'ltd', 'limited', 'plc', 'gmbh', 'ag', 'kg',
    'sa', 'sas', 'sarl', 'srl', 'spa', 'bv', 'nv', 'ab', 'as', 'oy', 'pt', 'tbk', 'cv', 'ud', 'pte', 'pty', 'sdn', 'bhd', 'group',
    'holding', 'holdings',
] | join('|') %}

with

records as (
    select
        entity,
        source,
        source_record_id,
        record_key,
        record_name,
        recognized_by,
        canonical_id,
        {{ normalized_name('record_name') }} as plain_name,
        declared_id is not null as is_decided
    from {{ ref('int_source_records_matched') }}
    where entity in ('rep', 'account')
),

named as (
    select
        *,
        nullif({{ without_words('plain_name', legal_forms) }}, '') as bare_name
    from records
),

pairs as (
    select
        records.entity,
        records.source_record_id,
        others.source_record_id as other_source_record_id,
        case records.entity when 'rep' then 'email_not_unique' else 'name_not_unique' end as reason
    from records
    inner join records as others
        on
            records.entity = others.entity
            and records.recognized_by = others.recognized_by
            and records.source < others.source
    union
    select
        records.entity,
        records.source_record_id,
        others.source_record_id as other_source_record_id,
        'same_name' as reason
    from records
    inner join records as others
        on
            records.entity = others.entity
            and records.plain_name = others.plain_name
            and records.source < others.source
    where records.entity = 'rep'
    union
    select
        named.entity,
        named.source_record_id,
        others.source_record_id as other_source_record_id,
        'similar_name' as reason
    from named
    inner join named as others
        on
            named.entity = others.entity
            and replace(named.bare_name, ' ', '') = replace(others.bare_name, ' ', '')
            and named.source < others.source
    where named.entity = 'account'
    union
    select
        named.entity,
        named.source_record_id,
        others.source_record_id as other_source_record_id,
        'similar_name' as reason
    from named
    inner join named as others
        on
            named.entity = others.entity
            and substr(named.bare_name, 1, 4) = substr(others.bare_name, 1, 4)
            and named.source < others.source
    where
        named.entity = 'account'
        and length(named.bare_name) >= 8
        and abs(length(named.bare_name) - length(others.bare_name)) <= 1
        and {{ edit_distance('named.bare_name', 'others.bare_name') }} = 1
),

final as (
    select
        pairs.entity,
        records.source_record_id,
        records.record_name,
        others.source as other_source,
        others.source_record_id as other_source_record_id,
        others.record_key as other_record_key,
        others.record_name as other_record_name,
        min(pairs.reason) as reason
    from pairs
    inner join records
        on
            pairs.entity = records.entity
            and pairs.source_record_id = records.source_record_id
    inner join records as others
        on
            pairs.entity = others.entity
            and pairs.other_source_record_id = others.source_record_id
    where
        records.canonical_id <> others.canonical_id
        and not records.is_decided
        and not others.is_decided
    group by
        pairs.entity,
        records.source_record_id,
        records.record_name,
        others.source,
        others.source_record_id,
        others.record_key,
        others.record_name
)

select * from final
