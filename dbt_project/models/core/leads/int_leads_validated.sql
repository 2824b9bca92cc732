-- Each current lead row, with the opportunity that it became: the first one that names the lead, else the one it names. Of a lead that
-- is in several systems the record in force is the lead; it began with the first, and what it lacks the others tell.
{% set columns %}
    lead_key, owner_reference, opportunity_reference, lead_source, lead_status, created_at, created_on, qualified_at,
    qualified_on, converted_at, converted_on, source_exclusion, source_key, source_file, source_row, row_hash
{% endset %}

{% set owners = rep_columns('lead') %}
{% set statuses = {'generic': 'status', 'hubspot': 'hs_lead_status', 'pipedrive': 'status', 'salesforce': 'status'} %}
{% set created_on = "coalesce(unioned.created_on, cast('9999-12-31' as date))" %}

with

unioned as (
    {{ union_sources('leads', columns, 'is_current') }}
),

mapped as (
    select
        {{ canonical_id('unioned.source', 'unioned.lead_key') }} as source_lead_id,
        unioned.source,
        unioned.lead_key,
        {{ mapped_value('unioned', 'owner_reference') }} as owner_reference,
        unioned.opportunity_reference,
        {{ bridged_value('unioned', 'lead_source') }} as lead_source,
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
    {{ join_value_map_and_bridges('unioned', 'lead_source', 'lead', 'owner_reference', created_on) }}
    {{ join_value_map('unioned', 'lead_status', 'lead', statuses, created_on) }}
),

matches as (
    select * from {{ ref('int_source_ids_matched') }}
    where entity = 'lead'
),

identified as (
    select
        coalesce(matches.canonical_id, mapped.source_lead_id) as lead_id,
        mapped.*,
        coalesce(matches.in_force_to < cast('9999-12-31' as date), false) as is_left_behind
    from mapped
    left join matches on mapped.source_lead_id = matches.source_record_id
),

beginnings as (
    select
        matches.canonical_id as lead_id,
        min(records.created_at) as created_at,
        min(records.created_on) as created_on
    from matches
    inner join {{ ref('int_source_records_listed') }} as records
        on
            matches.entity = records.entity
            and matches.source_record_id = records.source_record_id
    group by matches.canonical_id
),

histories as (
    select
        identified.lead_id,
        min(identified.qualified_at) as qualified_at,
        min(identified.qualified_on) as qualified_on,
        min(identified.converted_at) as converted_at,
        min(identified.converted_on) as converted_on,
        min({{ referenced_id('identified.source', 'identified.opportunity_reference') }}) as named_opportunity_id
    from identified
    inner join matches on identified.source_lead_id = matches.source_record_id
    group by identified.lead_id
),

owner_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep'
),

opportunity_records as (
    select * from {{ ref('int_opportunity_records') }}
),

opportunities as (
    select
        opportunity_id,
        source,
        lead_reference,
        created_at
    from {{ ref('int_opportunities_validated') }}
    where exclusion_reason is null
),

opportunities_naming as (
    select
        opportunity_id,
        {{ referenced_id('source', 'lead_reference') }} as source_lead_id,
        created_at
    from opportunities
    where lead_reference is not null
),

opportunities_of_leads as (
    select
        opportunities_naming.opportunity_id,
        coalesce(matches.canonical_id, opportunities_naming.source_lead_id) as lead_id,
        opportunities_naming.created_at
    from opportunities_naming
    left join matches on opportunities_naming.source_lead_id = matches.source_record_id
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
    from identified
),

named as (
    select
        judged.*,
        coalesce(
            opportunity_records.opportunity_id, judged.named_opportunity_id, histories.named_opportunity_id
        ) as led_to_opportunity_id,
        coalesce(beginnings.created_at, judged.created_at) as first_created_at,
        coalesce(beginnings.created_on, judged.created_on) as first_created_on,
        coalesce(judged.qualified_at, histories.qualified_at) as known_qualified_at,
        coalesce(judged.qualified_on, histories.qualified_on) as known_qualified_on,
        coalesce(judged.converted_at, histories.converted_at) as known_converted_at,
        coalesce(judged.converted_on, histories.converted_on) as known_converted_on
    from judged
    left join beginnings on judged.lead_id = beginnings.lead_id
    left join histories on judged.lead_id = histories.lead_id
    left join opportunity_records
        on coalesce(judged.named_opportunity_id, histories.named_opportunity_id) = opportunity_records.source_opportunity_id
),

final as (
    select
        named.lead_id,
        named.source_lead_id,
        named.source,
        named.lead_key,
        named.owner_reference,
        coalesce(owner_references.resolved_id, 'unassigned') as owner_id,
        coalesce(first_opportunities.opportunity_id, named_opportunities.opportunity_id) as opportunity_id,
        named.lead_source,
        named.lead_status,
        named.first_created_at as created_at,
        named.first_created_on as created_on,
        named.known_qualified_at as qualified_at,
        named.known_qualified_on as qualified_on,
        named.known_converted_at as converted_at,
        named.known_converted_on as converted_on,
        named.source_key,
        named.source_file,
        named.source_row,
        coalesce(
            case when named.own_exclusion_reason = 'duplicate' then 'duplicate' end,
            case when named.is_left_behind then 'migrated' end,
            named.own_exclusion_reason,
            case when owner_references.candidate_count > 1 then 'ambiguous_owner' end
        ) as exclusion_reason
    from named
    left join owner_references
        on
            named.source = owner_references.scope
            and named.owner_reference = owner_references.reference
    left join opportunities_in_order as first_opportunities
        on
            named.lead_id = first_opportunities.lead_id
            and first_opportunities.position = 1
    left join opportunities as named_opportunities
        on named.led_to_opportunity_id = named_opportunities.opportunity_id
)

select * from final
