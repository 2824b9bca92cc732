-- noqa: disable=LT02,LT09
-- Rows that were read but name something that cannot be resolved. They count nowhere and are shown with the quarantine. Every run validates
-- them again, because what is unknown today may arrive tomorrow.
{% set ambiguous_references = {
    'opportunity': ('int_opportunity_history_validated', 'owner_reference', 'known_to is null'),
    'opportunity_split': ('int_opportunity_parts', 'rep_reference', 'known_to is null'),
    'activity': ('int_activities_validated', 'rep_reference', 'true'),
    'lead': ('int_leads_validated', 'owner_reference', 'true'),
} %}
{% set row = 'source_file, source_row, source_key' %}

with

unresolved as (
    {% for object, (model, reference, condition) in ambiguous_references.items() -%}
    select
        source, '{{ object }}' as object, {{ row }},
        '{{ reference }}' as canonical_column,
        {{ reference }} as value,
        exclusion_reason as reason,
        'names several reps; write the id of one' as fix
    from {{ ref(model) }}
    where exclusion_reason in ('ambiguous_owner', 'ambiguous_rep') and {{ condition }}
    union all
    {% endfor -%}
    select source, object, {{ row }}, canonical_column, reference as value, set_aside_reason as reason, fix
    from {{ ref('int_references_validated') }}
    where set_aside_reason is not null
),

set_aside as (
    select
        unresolved.source, unresolved.object, unresolved.source_file, unresolved.source_row, unresolved.source_key,
        coalesce(source_columns.source_column, unresolved.canonical_column) as column_name,
        unresolved.value,
        unresolved.reason,
        unresolved.fix
    from unresolved
    left join {{ ref('int_source_columns_named') }} as source_columns
        on
            unresolved.source = source_columns.source
            and unresolved.object = source_columns.object
            and unresolved.canonical_column = source_columns.canonical_column
    union all
    select
        source, 'quota' as object, {{ row }},
        case
            when set_aside_reason in ('unknown_assignee', 'ambiguous_assignee') then 'assignee'
            else 'period_start'
        end as column_name,
        case
            when set_aside_reason in ('unknown_assignee', 'ambiguous_assignee') then assignee_reference
            else cast(period_start as varchar)
        end as value,
        set_aside_reason as reason,
        case set_aside_reason
            when 'unknown_assignee'
                then 'is not a ' || assignee_type || ' of any source; correct the name or deliver the ' || assignee_type
            when 'ambiguous_assignee' then 'names several ' || assignee_type || 's; write the id <source>:<id>'
            when 'implausible_period' then 'is more than 20 years before or 5 years after the newest extract; correct it'
            else 'is not the first day of a ' || period_type || '; write that day'
        end as fix
    from {{ ref('int_quotas_validated') }}
    where set_aside_reason is not null and superseded_at is null
    union all
    select
        'registers' as source, 'collection_change' as object, {{ row }},
        'team' as column_name,
        team_reference as value,
        set_aside_reason as reason,
        case set_aside_reason
            when 'unknown_team' then 'is not a team of any source; correct the name or deliver the team'
            else 'names several teams; write the id <source>:<id>'
        end as fix
    from {{ ref('int_collection_changes_validated') }}
    where set_aside_reason is not null
    union all
    select
        'registers' as source, 'collection_break_review' as object, {{ row }},
        'break_id' as column_name,
        break_reference as value,
        set_aside_reason as reason,
        'is not the id of a listed break; copy the id from collection_break, or remove the row' as fix
    from {{ ref('int_break_reviews_validated') }}
    where set_aside_reason is not null
    union all
    select
        'registers' as source, 'crosswalk' as object, {{ row }},
        'source_id' as column_name,
        record_key as value,
        set_aside_reason as reason,
        'is not one of the ' || entity || ' records of ' || source || '; correct it or deliver the ' || entity as fix
    from {{ ref('int_crosswalks_validated') }}
    where set_aside_reason is not null
),

final as (
    select
        source,
        object,
        source_file,
        source_row,
        source_key,
        column_name,
        value,
        reason,
        source_file || ', line ' || cast(source_row as varchar) || ', column ''' || column_name || ''': '
        || coalesce('''' || value || '''', 'blank') || ' ' || fix || '.' as message
    from set_aside
)

select * from final
