{{ config(group='exclusions') }}

-- References that are unknown, and name exactly one record but for zeros at the beginning: a spreadsheet has taken an id for a number. Each
-- reference once; it is not corrected, because the record that it names may be another one. Registers name the records of every source.
{% set counted = "coalesce(exclusion_reason, 'unknown_opportunity') = 'unknown_opportunity'" %}
{% set counted_today = counted ~ ' and known_to is null' %}
{% set references = [
    ('rep', 'int_opportunity_history_validated', 'owner_reference', counted_today),
    ('rep', 'int_lead_history', 'owner_reference', counted_today),
    ('rep', 'int_activity_history', 'rep_reference', counted_today),
    ('rep', 'int_opportunity_parts', 'rep_reference', counted_today),
    ('team', 'int_source_records_unioned', 'team_reference', counted),
    ('account', 'int_opportunity_history_validated', 'account_reference', counted_today),
    ('product', 'int_opportunity_parts', 'mapped_product_reference', counted_today),
    ('opportunity', 'int_opportunity_parts', 'opportunity_reference', 'is_current'),
    ('opportunity', 'int_activity_history', 'substr(source_opportunity_id, length(source) + 2)', counted_today),
    ('opportunity', 'int_stage_log_unioned', 'opportunity_reference', 'is_current'),
    ('lead', 'int_activity_history', 'substr(source_lead_id, length(source) + 2)', counted_today),
    ('lead', 'int_opportunity_history_validated', 'lead_reference', counted_today),
] %}
with

records as (
    select entity, source, record_key from {{ ref('int_source_records_matched') }}
    union
    select 'opportunity' as entity, source, opportunity_key as record_key from {{ ref('int_opportunity_history_validated') }}
    union
    select 'lead' as entity, source, substr(source_lead_id, length(source) + 2) as record_key from {{ ref('int_lead_history') }}
),

places as (
    select distinct entity, source from records
),

referring as (
    {% for entity, model, column, condition in references -%}
    select '{{ entity }}' as entity, source, source as named_in, source_file, source_row, {{ column }} as reference
    from {{ ref(model) }}
    where {{ condition }}
    union all
    {% endfor -%}
    -- what a register names is set aside
    select
        places.entity,
        places.source,
        set_aside.source as named_in,
        set_aside.source_file,
        set_aside.source_row,
        set_aside.value as reference
    from {{ ref('int_source_rows_validated') }} as set_aside
    inner join places on set_aside.is_of_register or set_aside.source = places.source
    where set_aside.set_aside_reason in ('unknown_assignee', 'unknown_rep', 'unknown_team', 'unknown_scope', 'unknown_source_id')
),

counted as (
    select
        entity,
        source,
        named_in,
        reference,
        count(distinct source_file || ':' || cast(source_row as varchar)) as row_count,
        min(source_file || ', line ' || lpad(cast(source_row as varchar), 9, '0')) as place
    from referring
    where ltrim(reference, '0') <> ''
    group by entity, source, named_in, reference
),

found as (
    select
        counted.*,
        min(records.record_key) over candidates as record_key,
        max(records.record_key) over candidates as last_record_key
    from counted
    inner join records
        on
            counted.entity = records.entity
            and counted.source = records.source
            and ltrim(counted.reference, '0') = ltrim(records.record_key, '0')
    window candidates as (partition by counted.entity, counted.source, counted.named_in, counted.reference)
)

select distinct
    source,
    entity,
    row_count,
    regexp_replace(place, ', line 0*', ', line ') || ': the ' || entity || ' ''' || reference
    || ''' is unknown, but ''' || record_key || ''' of ' || source || ' is not (' || row_count
    || if(row_count = 1, ' row', ' rows') || '); a spreadsheet has taken the id for a number: export ids as text' as message
from found
where record_key = last_record_key and record_key <> reference
