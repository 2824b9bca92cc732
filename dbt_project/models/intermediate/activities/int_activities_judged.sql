-- Each current activity row. One on an unknown deal or lead stays, with a null one; one of an unknown rep belongs to nobody.
{% set columns %}
    activity_key, activity_type, rep_reference, opportunity_reference, lead_reference, direction, outcome, tool,
    duration_minutes, occurred_at, occurred_on, logged_at, source_key, source_file, source_row, row_hash
{% endset %}

{% set reps = {
    'generic': 'rep_id',
    'hubspot': 'hubspot_owner_id',
    'pipedrive': 'assigned_to_user',
    'salesforce': 'ownerid',
} %}
{% set types = {'generic': 'type', 'hubspot': 'type', 'pipedrive': 'type', 'salesforce': 'type'} %}
{% set directions = {'generic': 'direction', 'salesforce': 'calltype'} %}
{% set happened_on = "coalesce(unioned.occurred_on, cast('9999-12-31' as date))" %}

with

unioned as (
    {{ union_sources('activities', columns, 'is_current') }}
),

mapped as (
    select
        unioned.source,
        unioned.activity_key,
        lower({{ mapped_value('unioned', 'activity_type') }}) as activity_type,
        {{ mapped_value('unioned', 'rep_reference') }} as rep_reference,
        {{ referenced_id('unioned.source', 'unioned.opportunity_reference') }} as named_opportunity_id,
        {{ referenced_id('unioned.source', 'unioned.lead_reference') }} as named_lead_id,
        lower({{ mapped_value('unioned', 'direction') }}) as direction,
        unioned.outcome,
        unioned.tool,
        unioned.duration_minutes,
        unioned.occurred_at,
        unioned.occurred_on,
        unioned.logged_at,
        unioned.source_key,
        unioned.source_file,
        unioned.source_row,
        unioned.row_hash
    from unioned
    {{ join_value_map('unioned', 'activity_type', 'activity', types, happened_on) }}
    {{ join_value_map('unioned', 'rep_reference', 'activity', reps, happened_on) }}
    {{ join_value_map('unioned', 'direction', 'activity', directions, happened_on) }}
),

references_resolved as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep'
),

opportunities as (
    select opportunity_id
    from {{ ref('int_opportunities_judged') }}
    where exclusion_reason is null
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

leads as (
    select lead_id from {{ ref('int_leads_judged') }}
    where exclusion_reason is null
),

judged as (
    select
        *,
        {{ exclusion_reason() }} as own_exclusion_reason
    from mapped
),

final as (
    select
        {{ canonical_id('judged.source', 'judged.activity_key') }} as activity_id,
        judged.source,
        judged.activity_type,
        judged.rep_reference,
        coalesce(references_resolved.resolved_id, 'unassigned') as rep_id,
        opportunities.opportunity_id,
        leads.lead_id,
        judged.direction,
        judged.outcome,
        judged.tool,
        judged.duration_minutes,
        judged.occurred_at,
        judged.occurred_on,
        judged.logged_at,
        judged.source_key,
        judged.source_file,
        judged.source_row,
        coalesce(
            judged.own_exclusion_reason,
            case
                when references_resolved.candidate_count > 1 then 'ambiguous_rep'
                -- what is planned has not occurred
                when judged.occurred_at is null and judged.outcome in ('planned', 'deleted', 'series', 'copy')
                    then judged.outcome
                when judged.occurred_at is null then 'missing_date'
                when judged.occurred_at > as_of.as_of_at and coalesce(judged.outcome, '') <> 'done' then 'planned'
            end
        ) as exclusion_reason
    from judged
    cross join as_of
    left join references_resolved
        on
            judged.source = references_resolved.scope
            and judged.rep_reference = references_resolved.reference
    left join opportunities on judged.named_opportunity_id = opportunities.opportunity_id
    left join leads on judged.named_lead_id = leads.lead_id
)

select * from final
