-- Each current lead row, with the opportunity that it became: the first one that names the lead, else the one it names.
{% set columns %}
    lead_key, owner_reference, opportunity_reference, lead_source, lead_status, created_at, created_on, qualified_at,
    qualified_on, converted_at, converted_on, source_exclusion, source_key, source_file, source_row, row_hash
{% endset %}

{% set owners = {'generic': 'owner_id', 'hubspot': 'hubspot_owner_id', 'pipedrive': 'owner_id', 'salesforce': 'ownerid'} %}
{% set lead_sources = {
    'generic': 'source',
    'hubspot': 'hs_analytics_source',
    'pipedrive': 'source_name',
    'salesforce': 'leadsource',
} %}
{% set statuses = {'generic': 'status', 'hubspot': 'hs_lead_status', 'pipedrive': 'status', 'salesforce': 'status'} %}
{% set created_on = "coalesce(unioned.created_on, cast('9999-12-31' as date))" %}

with

unioned as (
    {{ union_sources('leads', columns, 'is_current') }}
),

mapped as (
    select
        {{ canonical_id('unioned.source', 'unioned.lead_key') }} as lead_id,
        unioned.source,
        unioned.lead_key,
        {{ mapped_value('unioned', 'owner_reference') }} as owner_reference,
        unioned.opportunity_reference,
        {{ mapped_value('unioned', 'lead_source') }} as lead_source,
        {{ mapped_value('unioned', 'lead_status') }} as lead_status,
        unioned.created_at,
        unioned.created_on,
        unioned.qualified_at,
        unioned.qualified_on,
        unioned.converted_at,
        unioned.converted_on,
        unioned.source_exclusion,
        unioned.source_key,
        unioned.source_file,
        unioned.source_row,
        unioned.row_hash
    from unioned
    {{ join_value_map('unioned', 'owner_reference', 'lead', owners, created_on) }}
    {{ join_value_map('unioned', 'lead_source', 'lead', lead_sources, created_on) }}
    {{ join_value_map('unioned', 'lead_status', 'lead', statuses, created_on) }}
),

owner_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep'
),

opportunities as (
    select
        opportunity_id,
        source,
        lead_reference,
        created_at
    from {{ ref('int_opportunities_judged') }}
    where exclusion_reason is null
),

opportunities_of_leads as (
    select
        opportunity_id,
        {{ referenced_id('source', 'lead_reference') }} as lead_id,
        created_at
    from opportunities
    where lead_reference is not null
),

opportunities_in_order as (
    select
        lead_id,
        opportunity_id,
        row_number() over (partition by lead_id order by created_at asc nulls last, opportunity_id asc) as position
    from opportunities_of_leads
),

judged as (
    select
        *,
        {{ referenced_id('source', 'opportunity_reference') }} as named_opportunity_id,
        {{ exclusion_reason(source_exclusion='source_exclusion') }} as own_exclusion_reason
    from mapped
),

final as (
    select
        judged.lead_id,
        judged.source,
        judged.lead_key,
        judged.owner_reference,
        coalesce(owner_references.resolved_id, 'unassigned') as owner_id,
        coalesce(first_opportunities.opportunity_id, named_opportunities.opportunity_id) as opportunity_id,
        judged.lead_source,
        judged.lead_status,
        judged.created_at,
        judged.created_on,
        judged.qualified_at,
        judged.qualified_on,
        judged.converted_at,
        judged.converted_on,
        judged.source_key,
        judged.source_file,
        judged.source_row,
        coalesce(
            judged.own_exclusion_reason,
            case when owner_references.candidate_count > 1 then 'ambiguous_owner' end
        ) as exclusion_reason
    from judged
    left join owner_references
        on
            judged.source = owner_references.scope
            and judged.owner_reference = owner_references.reference
    left join opportunities_in_order as first_opportunities
        on
            judged.lead_id = first_opportunities.lead_id
            and first_opportunities.position = 1
    left join opportunities as named_opportunities
        on judged.named_opportunity_id = named_opportunities.opportunity_id
)

select * from final
