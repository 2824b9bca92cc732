-- References to reps and accounts that are unknown, and name exactly one of their source but for zeros at the beginning: a spreadsheet has taken
-- an id for a number. Each reference once; it is not corrected, because the record that it names may be another one.
with

referring as (
    select
        'rep' as entity,
        source,
        source_file,
        source_row,
        owner_reference as reference
    from {{ ref('int_opportunity_history_validated') }}
    where exclusion_reason is null and known_to is null
    union all
    select
        'rep' as entity,
        source,
        source_file,
        source_row,
        owner_reference as reference
    from {{ ref('int_lead_history') }}
    where exclusion_reason is null and known_to is null
    union all
    select
        'rep' as entity,
        source,
        source_file,
        source_row,
        rep_reference as reference
    from {{ ref('int_activity_history') }}
    where exclusion_reason is null and known_to is null
    union all
    select
        'account' as entity,
        source,
        source_file,
        source_row,
        account_reference as reference
    from {{ ref('int_opportunity_history_validated') }}
    where exclusion_reason is null and known_to is null
),

records as (
    select distinct
        entity,
        source,
        record_key
    from {{ ref('int_source_records_matched') }}
),

found as (
    select
        referring.entity,
        referring.source,
        referring.reference,
        min(records.record_key) as record_key,
        count(distinct referring.source_file || ':' || cast(referring.source_row as varchar)) as row_count,
        min(referring.source_file) as source_file,
        min(referring.source_row) as source_row
    from referring
    inner join records
        on
            referring.entity = records.entity
            and referring.source = records.source
            and ltrim(referring.reference, '0') = ltrim(records.record_key, '0')
    where ltrim(referring.reference, '0') <> ''
    group by referring.entity, referring.source, referring.reference
    having count(distinct records.record_key) = 1 and min(records.record_key) <> referring.reference
)

select
    source,
    entity,
    row_count,
    source_file || ', line ' || cast(source_row as varchar) || ': ''' || reference || ''' is no ' || entity
    || ', but ''' || record_key || ''' is (' || cast(row_count as varchar)
    || ' rows); a spreadsheet has taken the id for a number: export ids as text' as message
from found
