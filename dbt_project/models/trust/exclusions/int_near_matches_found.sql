-- Pairs of records of two systems that look like one and were not matched: for sales ops to decide, in the register crosswalk. What the
-- register maps already is decided.
{% set legal_forms = [
    'inc', 'incorporated', 'corp', 'corporation', 'co', 'company', 'llc', 'llp', 'lp', 'ltd', 'limited', 'plc', 'gmbh', 'ag', 'kg',
    'sa', 'sas', 'sarl', 'srl', 'spa', 'bv', 'nv', 'ab', 'as', 'oy', 'pt', 'tbk', 'cv', 'ud', 'pte', 'pty', 'sdn', 'bhd', 'group',
    'holding', 'holdings',
] | join('|') %}

with

crosswalks as (
    select * from {{ ref('int_crosswalks_resolved') }}
    where is_in_force
),

matches as (
    select * from {{ ref('int_source_ids_matched') }}
),

records as (
    select
        listed.entity,
        listed.source,
        listed.source_record_id,
        listed.record_key,
        listed.record_name,
        listed.recognized_by,
        coalesce(matches.canonical_id, listed.source_record_id) as canonical_id,
        {{ normalized_name('listed.record_name') }} as plain_name,
        crosswalks.source_record_id is not null as is_decided
    from {{ ref('int_source_records_listed') }} as listed
    left join matches
        on
            listed.entity = matches.entity
            and listed.source_record_id = matches.source_record_id
    left join crosswalks
        on
            listed.entity = crosswalks.entity
            and listed.source_record_id = crosswalks.source_record_id
    where listed.entity in ('rep', 'account')
),

named as (
    select
        *,
        nullif({{ without_words('plain_name', legal_forms) }}, '') as bare_name
    from records
),

not_unique as (
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
),

same_name as (
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
),

similar_name as (
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
    union all
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

deals as (
    select
        opportunities.source,
        opportunities.opportunity_id,
        validated.opportunity_key,
        validated.opportunity_name,
        opportunities.account_id,
        opportunities.amount,
        opportunities.is_closed,
        opportunities.created_on,
        {{ normalized_name('validated.opportunity_name') }} as plain_name
    from {{ ref('fct_opportunities') }} as opportunities
    inner join {{ ref('int_opportunities_validated') }} as validated
        on
            opportunities.opportunity_id = validated.opportunity_id
            and validated.exclusion_reason is null
    where opportunities.account_id is not null and opportunities.amount is not null
),

-- a deal that stands still in one system while its like was entered in another
re_created as (
    select
        'opportunity' as entity,
        deals.source,
        deals.opportunity_id as source_record_id,
        deals.opportunity_name as record_name,
        others.source as other_source,
        others.opportunity_id as other_source_record_id,
        others.opportunity_key as other_record_key,
        others.opportunity_name as other_record_name,
        'same_account_name_and_amount' as reason
    from deals
    inner join deals as others
        on
            deals.account_id = others.account_id
            and deals.plain_name = others.plain_name
            and deals.amount = others.amount
            and deals.source <> others.source
    where not deals.is_closed and deals.created_on < others.created_on
),

pairs as (
    select * from not_unique
    union
    select * from same_name
    union
    select * from similar_name
),

undecided as (
    select
        pairs.entity,
        records.source,
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
        records.source,
        records.source_record_id,
        records.record_name,
        others.source,
        others.source_record_id,
        others.record_key,
        others.record_name
),

final as (
    select * from undecided
    union all
    select * from re_created
)

select * from final
