-- noqa: disable=LT02,LT09
-- Rows that were read but name something that cannot be resolved. They count nowhere and are shown with the quarantine. Every run validates
-- them again, because what is unknown today may arrive tomorrow.
{% set ambiguous_references = {
    'opportunity': ('int_opportunities_judged', 'owner_reference'),
    'opportunity_split': ('int_opportunity_splits_resolved', 'rep_reference'),
    'activity': ('int_activities_validated', 'rep_reference'),
    'lead': ('int_leads_judged', 'owner_reference'),
} %}
{% set source_columns = {
    'opportunity': {
        'crm_sales': 'sales_agent', 'generic': 'owner_id', 'hubspot': 'hubspot_owner_id', 'pipedrive': 'user_id',
        'salesforce': 'OwnerId',
    },
    'opportunity_split': {'generic': 'rep_id', 'salesforce': 'SplitOwnerId'},
    'activity': {
        'generic': 'rep_id', 'hubspot': 'hubspot_owner_id', 'pipedrive': 'assigned_to_user', 'salesforce': 'OwnerId',
    },
    'lead': {'generic': 'owner_id', 'hubspot': 'hubspot_owner_id', 'pipedrive': 'owner_id', 'salesforce': 'OwnerId'},
} %}
{% set row = 'source_file, source_row, source_key' %}

with

set_aside as (
    {% for object, (model, reference) in ambiguous_references.items() -%}
    select
        source, '{{ object }}' as object, {{ row }},
        case source
            {% for source, column in source_columns[object].items() -%}
            when '{{ source }}' then '{{ column }}'
            {% endfor -%}
            else '{{ source_columns[object].generic }}'
        end as column_name,
        {{ reference }} as value,
        exclusion_reason as reason,
        'names several reps; write the id of one' as fix
    from {{ ref(model) }}
    where exclusion_reason in ('ambiguous_owner', 'ambiguous_rep')
    union all
    {% endfor -%}
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
    select source, object, {{ row }}, column_name, reference as value, set_aside_reason as reason, fix
    from {{ ref('int_references_validated') }}
    where set_aside_reason is not null
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
    from {{ ref('int_collection_changes_resolved') }}
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
    from {{ ref('int_crosswalks_resolved') }}
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
