-- Pairs of records of two systems that look like one and were not matched, for sales ops to decide in the register crosswalk: reps and accounts by
-- names and e-mails, unless the register maps one of them, and deals that are still open in one system and were entered in another later.
{% set legal_forms = [
    'inc', 'incorporated', 'corp', 'corporation', 'co', 'company', 'llc', 'llp', 'lp', 'ltd', 'limited', 'plc', 'gmbh', 'ag', 'kg',
    'sa', 'sas', 'sarl', 'srl', 'spa', 'bv', 'nv', 'ab', 'as', 'oy', 'pt', 'tbk', 'cv', 'ud', 'pte', 'pty', 'sdn', 'bhd', 'group',
    'holding', 'holdings',
] | join('|') %}

with

named as (
    select
        *,
        {{ normalized_name('record_name') }} as plain_name,
        nullif({{ without_words(normalized_name('record_name'), legal_forms) }}, '') as bare_name,
        row_number() over (partition by entity, source, recognized_by order by source_record_id) as position_in_source
    from {{ ref('int_source_records_matched') }}
    where entity in ('rep', 'account')
),

-- Two names that differ by one letter are the same without that letter, in both or in the longer one. To find such pairs by an equal key costs
-- in proportion to the letters; to compare all names that begin alike grows with the square of the accounts.
near_names as (
    select distinct
        source_record_id,
        {{ each_near_name('bare_name') }} as near_name
    from named
    where entity = 'account' and length(bare_name) >= 7
),

-- what records may share
keyed as (
    select
        *,
        case
            when is_placeholder then 'placeholder'
            when entity = 'rep' then 'email_not_unique'
            else 'name_not_unique'
        end as reason,
        recognized_by as shared_key
    from named
    union all
    select
        *,
        case entity when 'rep' then 'same_name' else 'similar_name' end as reason,
        case entity when 'rep' then plain_name else replace(bare_name, ' ', '') end as shared_key
    from named
    where entity = 'rep' or is_placeholder is distinct from true
    union all
    select
        named.*,
        'one_letter' as reason,
        substr(named.bare_name, 1, 4) || near_names.near_name as shared_key
    from named
    inner join near_names using (source_record_id)
    where named.entity = 'account'
),

pairs as (
    select
        records.entity,
        records.source_record_id,
        records.record_name,
        others.source as other_source,
        others.source_record_id as other_source_record_id,
        others.record_key as other_record_key,
        others.record_name as other_record_name,
        case records.reason when 'one_letter' then 'similar_name' else records.reason end as reason
    from keyed as records
    inner join keyed as others
        on
            records.entity = others.entity
            and records.reason = others.reason
            and records.shared_key = others.shared_key
            and records.source < others.source
    where
        records.canonical_id <> others.canonical_id
        and records.declared_id is null
        and others.declared_id is null
        -- each record with a placeholder is listed once, not with each other one
        and (records.reason <> 'placeholder' or records.position_in_source = 1 or others.position_in_source = 1)
        and (
            records.reason <> 'one_letter'
            or (
                length(records.bare_name) >= 8
                and abs(length(records.bare_name) - length(others.bare_name)) <= 1
                and {{ edit_distance('records.bare_name', 'others.bare_name') }} = 1
            )
        )
),

deals as (
    select
        opportunities.*,
        validated.opportunity_key,
        validated.opportunity_name,
        {{ normalized_name('validated.opportunity_name') }} as plain_name
    from {{ ref('fct_opportunities') }} as opportunities
    inner join {{ ref('int_opportunity_history_validated') }} as validated
        on
            opportunities.opportunity_id = validated.opportunity_id
            and validated.exclusion_reason is null
            and validated.known_to is null
    where opportunities.account_id is not null and opportunities.amount is not null
),

all_pairs as (
    select * from pairs
    union all
    select
        'opportunity' as entity,
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

final as (
    select
        cast(entity as varchar) as entity,
        cast(source_record_id as varchar) as source_id,
        cast(record_name as varchar) as source_name,
        cast(other_source_record_id as varchar) as other_source_id,
        cast(other_record_name as varchar) as other_source_name,
        cast(min(reason) as varchar) as reason,
        cast(
            entity || ',' || other_source || ',' || other_record_key || ',' || source_record_id || ',' as varchar
        ) as crosswalk_line
    from all_pairs
    group by entity, source_record_id, record_name, other_source, other_source_record_id, other_record_key, other_record_name
)

select * from final
