-- noqa: disable=LT02
-- Rows that were read but name something that cannot be resolved, judged anew at every run: what is unknown today may
-- arrive tomorrow. They count nowhere and are shown with the quarantine.
{% set ambiguous_references = {
    'opportunity': {
        'model': 'int_opportunities_validated',
        'reference': 'owner_reference',
        'columns': {
            'crm_sales': 'sales_agent',
            'generic': 'owner_id',
            'hubspot': 'hubspot_owner_id',
            'pipedrive': 'user_id',
            'salesforce': 'OwnerId',
        },
    },
    'opportunity_split': {
        'model': 'int_opportunity_splits_validated',
        'reference': 'rep_reference',
        'columns': {'generic': 'rep_id', 'salesforce': 'SplitOwnerId'},
    },
    'activity': {
        'model': 'int_activities_judged',
        'reference': 'rep_reference',
        'columns': {
            'generic': 'rep_id',
            'hubspot': 'hubspot_owner_id',
            'pipedrive': 'assigned_to_user',
            'salesforce': 'OwnerId',
        },
    },
    'lead': {
        'model': 'int_leads_validated',
        'reference': 'owner_reference',
        'columns': {'generic': 'owner_id', 'hubspot': 'hubspot_owner_id', 'pipedrive': 'owner_id', 'salesforce': 'OwnerId'},
    },
} %}

with

quotas as (
    select
        source,
        'quota' as object,
        source_file,
        source_row,
        source_key,
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
                then 'is no ' || assignee_type || ' of any source; correct the name or deliver the ' || assignee_type
            when 'ambiguous_assignee' then 'names several ' || assignee_type || 's; write the id <source>:<id>'
            when 'implausible_period' then 'is more than 20 years before or 5 years after the newest extract; correct it'
            else 'is not the first day of a ' || period_type || '; write that day'
        end as fix
    from {{ ref('int_quotas_resolved') }}
    where set_aside_reason is not null and superseded_at is null
),

leaves as (
    select
        'registers' as source,
        'leave' as object,
        leaves.source_file,
        leaves.source_row,
        leaves.source_key,
        'rep_id' as column_name,
        leaves.rep_reference as value,
        case when references_resolved.candidate_count > 1 then 'ambiguous_rep' else 'unknown_rep' end as reason,
        case
            when references_resolved.candidate_count > 1 then 'names several reps; write the id <source>:<id>'
            else 'is no rep of any source; correct the name or deliver the rep'
        end as fix
    from {{ ref('stg_registers__leaves') }} as leaves
    left join {{ ref('int_references_resolved') }} as references_resolved
        on
            references_resolved.entity = 'rep'
            and references_resolved.scope = 'registers'
            and leaves.rep_reference = references_resolved.reference
    where leaves.is_current and references_resolved.resolved_id is null
),

memberships as (
    select
        'generic' as source,
        'team_membership' as object,
        memberships.source_file,
        memberships.source_row,
        memberships.source_key,
        case when reps.resolved_id is null then 'rep_id' else 'team_id' end as column_name,
        case when reps.resolved_id is null then memberships.rep_reference else memberships.team_reference end as value,
        case
            when reps.resolved_id is null and reps.candidate_count > 1 then 'ambiguous_rep'
            when reps.resolved_id is null then 'unknown_rep'
            when teams.candidate_count > 1 then 'ambiguous_team'
            else 'unknown_team'
        end as reason,
        case
            when coalesce(reps.candidate_count, 0) > 1 or coalesce(teams.candidate_count, 0) > 1
                then 'names several; write the id'
            else 'is not in the extract of the source; correct it or deliver the row'
        end as fix
    from {{ ref('stg_generic__team_memberships') }} as memberships
    left join {{ ref('int_references_resolved') }} as reps
        on
            reps.entity = 'rep'
            and reps.scope = 'generic'
            and memberships.rep_reference = reps.reference
    left join {{ ref('int_references_resolved') }} as teams
        on
            teams.entity = 'team'
            and teams.scope = 'generic'
            and memberships.team_reference = teams.reference
    where
        memberships.is_current
        and (reps.resolved_id is null or teams.resolved_id is null)
),

ambiguous as (
    {% for object, rows in ambiguous_references.items() -%}
    select
        source,
        '{{ object }}' as object,
        source_file,
        source_row,
        source_key,
        case source
            {% for name, column in rows.columns.items() -%}
            when '{{ name }}' then '{{ column }}'
            {% endfor -%}
            else '{{ rows.columns.generic }}'
        end as column_name,
        {{ rows.reference }} as value,
        exclusion_reason as reason,
        'names several reps; write the id of one' as fix
    from {{ ref(rows.model) }}
    where exclusion_reason in ('ambiguous_owner', 'ambiguous_rep')
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

collection_changes as (
    select
        'registers' as source,
        'collection_change' as object,
        source_file,
        source_row,
        source_key,
        'team' as column_name,
        team_reference as value,
        set_aside_reason as reason,
        case set_aside_reason
            when 'unknown_team' then 'is no team of any source; correct the name or deliver the team'
            else 'names several teams; write the id <source>:<id>'
        end as fix
    from {{ ref('int_collection_changes_resolved') }}
    where set_aside_reason is not null
),

break_reviews as (
    select
        'registers' as source,
        'collection_break_review' as object,
        source_file,
        source_row,
        source_key,
        'break_id' as column_name,
        break_reference as value,
        set_aside_reason as reason,
        'is no break that is listed; copy the id from collection_break, or remove the row' as fix
    from {{ ref('int_break_reviews_matched') }}
    where set_aside_reason is not null
),

crosswalks as (
    select
        'registers' as source,
        'crosswalk' as object,
        source_file,
        source_row,
        source_key,
        'source_id' as column_name,
        record_key as value,
        set_aside_reason as reason,
        'is no ' || entity || ' of ' || source || '; correct it or deliver the ' || entity as fix
    from {{ ref('int_crosswalks_resolved') }}
    where set_aside_reason is not null
),

unioned as (
    select * from quotas
    union all
    select * from break_reviews
    union all
    select * from crosswalks
    union all
    select * from leaves
    union all
    select * from memberships
    union all
    select * from ambiguous
    union all
    select * from collection_changes
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
    from unioned
)

select * from final
