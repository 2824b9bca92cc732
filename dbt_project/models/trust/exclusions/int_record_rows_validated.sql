{{ config(materialized='view') }}
-- Every current row of a rep, account, product, team, deal, lead, activity, line, split or stage change, with the reason for which it is excluded,
-- null where it counts.
{#- By object the model and which rows are current where not all are; its columns with the record's id, the day by which it is counted, whether what
    it names is known, and the reference that may be ambiguous. -#}
{% set records = {
    'opportunity': ('int_opportunity_history_validated', 'known_to is null', {
        'source_record_id': 'source_opportunity_id', 'dated_on': 'created_on', 'is_linked': 'owner_rep_id is not null',
        'canonical_column': "'owner_reference'", 'value': 'owner_reference',
    }),
    'lead': ('int_lead_history', 'known_to is null', {
        'source_record_id': 'source_lead_id', 'dated_on': 'created_on', 'is_linked': "owner_id <> 'unassigned'",
        'canonical_column': "'owner_reference'", 'value': 'owner_reference',
    }),
    'activity': ('int_activity_history', 'known_to is null', {
        'dated_on': 'occurred_on', 'is_linked': "rep_id <> 'unassigned'", 'canonical_column': "'rep_reference'",
        'value': 'rep_reference',
    }),
    'opportunity_line': ('int_opportunity_parts', "part = 'line' and known_to is null", {'is_linked': 'product_id is not null'}),
    'opportunity_split': ('int_opportunity_parts', "part = 'split' and known_to is null", {
        'is_linked': "rep_id <> 'unassigned'", 'canonical_column': "'rep_reference'", 'value': 'rep_reference',
    }),
} %}
{% set types = {
    'source': 'varchar', 'object': 'varchar', 'source_key': 'varchar', 'source_file': 'varchar', 'source_row': 'bigint',
    'exclusion_reason': 'varchar', 'source_record_id': 'varchar', 'dated_on': 'date', 'is_linked': 'boolean',
    'canonical_column': 'varchar', 'value': 'varchar',
} %}
{% set row = {
    'source': 'source', 'source_key': 'source_key', 'source_file': 'source_file', 'source_row': 'source_row',
    'exclusion_reason': 'exclusion_reason',
} %}
{% set dated_change = dict(row, object="'stage_event'", dated_on=business_date('changed_at')) %}

with

known_opportunities as (
    select opportunity_id from {{ ref('int_opportunity_history_validated') }}
    where exclusion_reason is null and known_to is null
),

stage_changes as (
    select
        stage_log.*,
        known_opportunities.opportunity_id is not null as is_linked,
        case
            when not stage_log.is_plausible then 'implausible_date'
            when not stage_log.is_in_force then 'migrated'
            when known_opportunities.opportunity_id is null then 'unknown_opportunity'
            when {{ has_newer_row('stage_log.source, stage_log.source_key') }} then 'duplicate'
        end as exclusion_reason
    from {{ ref('int_stage_log_unioned') }} as stage_log
    left join known_opportunities on stage_log.opportunity_id = known_opportunities.opportunity_id
    where stage_log.is_current
),

records as (
    {% for object, (model, is_current, columns) in records.items() -%}
    select {{ typed_columns(types, dict(row, object="'" ~ object ~ "'", **columns)) }}
    from {{ ref(model) }}
    where source_file is not null and {{ is_current }}
    union all
    {% endfor -%}
    select {{ typed_columns(types, dict(
        row, object='entity', source_record_id='source_record_id', dated_on=business_date('created_at')
    )) }}
    from {{ ref('int_source_records_unioned') }}
    -- a team that a source only names on its reps has no row of its own
    where source_file is not null
    union all
    select {{ typed_columns(types, dict(dated_change, dated_on='changed_on', is_linked='is_linked')) }}
    from stage_changes
    union all
    select {{ typed_columns(types, dict(dated_change, exclusion_reason='source_exclusion')) }}
    from ({{ union_sources(
        'stage_events', 'changed_at, source_exclusion, source_key, source_file, source_row', 'is_current and source_exclusion is not null'
    ) }}) as excluded_by_source
),

final as (
    select
        *,
        case when exclusion_reason in ('ambiguous_owner', 'ambiguous_rep') then exclusion_reason end as set_aside_reason,
        'names several reps; write the id of one' as fix
    from records
)

select * from final
