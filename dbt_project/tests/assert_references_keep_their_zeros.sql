-- References to reps and accounts that are unknown, and name exactly one of their source but for zeros at the beginning: a spreadsheet has taken
-- an id for a number. Each reference once; it is not corrected, because the record that it names may be another one.
{% set references = [
    ('rep', 'int_opportunity_history_validated', 'owner_reference'),
    ('rep', 'int_lead_history', 'owner_reference'),
    ('rep', 'int_activity_history', 'rep_reference'),
    ('account', 'int_opportunity_history_validated', 'account_reference'),
] %}
with

referring as (
    {% for entity, model, column in references -%}
    select '{{ entity }}' as entity, source, source_file, source_row, {{ column }} as reference
    from {{ ref(model) }}
    where exclusion_reason is null and known_to is null
    {{ 'union all' if not loop.last }}
    {% endfor %}
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
    source_file || ', line ' || cast(source_row as varchar) || ': the ' || entity || ' ''' || reference
    || ''' is unknown, but ''' || record_key || ''' is not (' || cast(row_count as varchar)
    || ' rows); a spreadsheet has taken the id for a number: export ids as text' as message
from found
