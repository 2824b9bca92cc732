-- Every current row of a rep, account, product, team, deal, lead, activity, line, split or stage change, with the reason for which it is excluded,
-- null where it counts.
{#- By object the model, its column with the record's id, the day by which it is counted, whether what it names is known, the reference that may
    be ambiguous, and which rows are current where not all are. -#}
{% set records = {
    'opportunity': {
        'model': 'int_opportunity_history_validated', 'id': 'source_opportunity_id', 'dated_on': 'created_on',
        'is_linked': 'owner_rep_id is not null', 'reference': 'owner_reference', 'current': 'known_to is null',
    },
    'lead': {
        'model': 'int_lead_history', 'id': 'source_lead_id', 'dated_on': 'created_on',
        'is_linked': "owner_id <> 'unassigned'", 'reference': 'owner_reference', 'current': 'known_to is null',
    },
    'activity': {
        'model': 'int_activity_history', 'dated_on': 'occurred_on', 'current': 'known_to is null',
        'is_linked': "rep_id <> 'unassigned'", 'reference': 'rep_reference',
    },
    'opportunity_line': {
        'model': 'int_opportunity_parts', 'is_linked': 'product_id is not null',
        'current': "part = 'line' and known_to is null",
    },
    'opportunity_split': {
        'model': 'int_opportunity_parts', 'is_linked': "rep_id <> 'unassigned'", 'reference': 'rep_reference',
        'current': "part = 'split' and known_to is null",
    },
} %}

with

known_opportunities as (
    select opportunity_id from {{ ref('int_opportunity_history_validated') }}
    where exclusion_reason is null and known_to is null
),

records as (
    {% for object, columns in records.items() -%}
    select
        source,
        '{{ object }}' as object,
        source_key,
        source_file,
        source_row,
        exclusion_reason,
        cast({{ columns.id or 'null' }} as varchar) as source_record_id,
        cast({{ columns.dated_on or 'null' }} as date) as dated_on,
        cast({{ columns.is_linked or 'null' }} as boolean) as is_linked,
        {{ "'" ~ columns.reference ~ "'" if columns.reference else 'cast(null as varchar)' }} as canonical_column,
        cast({{ columns.reference or 'null' }} as varchar) as value
    from {{ ref(columns.model) }}
    where source_file is not null {{ 'and ' ~ columns.current if columns.current }}
    union all
    {% endfor -%}
    select
        source,
        entity as object,
        source_key,
        source_file,
        source_row,
        exclusion_reason,
        source_record_id,
        {{ business_date('created_at') }} as dated_on,
        cast(null as boolean) as is_linked,
        cast(null as varchar) as canonical_column,
        cast(null as varchar) as value
    from {{ ref('int_source_records_unioned') }}
    -- a team that a source only names on its reps has no row of its own
    where source_file is not null
    union all
    select
        stage_log.source,
        'stage_event' as object,
        stage_log.source_key,
        stage_log.source_file,
        stage_log.source_row,
        case
            when not stage_log.is_in_force then 'migrated'
            when known_opportunities.opportunity_id is null then 'unknown_opportunity'
            when {{ has_newer_row('stage_log.source, stage_log.source_key') }} then 'duplicate'
        end as exclusion_reason,
        cast(null as varchar) as source_record_id,
        stage_log.changed_on as dated_on,
        known_opportunities.opportunity_id is not null as is_linked,
        cast(null as varchar) as canonical_column,
        cast(null as varchar) as value
    from {{ ref('int_stage_log_unioned') }} as stage_log
    left join known_opportunities on stage_log.opportunity_id = known_opportunities.opportunity_id
    where stage_log.is_current
    union all
    select
        source,
        'stage_event' as object,
        source_key,
        source_file,
        source_row,
        source_exclusion as exclusion_reason,
        cast(null as varchar) as source_record_id,
        {{ business_date('changed_at') }} as dated_on,
        cast(null as boolean) as is_linked,
        cast(null as varchar) as canonical_column,
        cast(null as varchar) as value
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
