-- Each current lead row, with the opportunity that it became: the first one that names the lead, else the one it names. A lead that is in
-- several systems was created in the first of them.
with

leads as (
    select * from {{ ref('int_lead_history') }}
    where known_to is null
),

matches as (
    select * from {{ ref('bridge_source_ids') }}
    where entity = 'lead'
),

beginnings as (
    select
        matches.canonical_id as lead_id,
        min(records.created_at) as created_at,
        min(records.created_on) as created_on
    from matches
    inner join {{ ref('int_source_records_matched') }} as records
        on matches.entity = records.entity and matches.source_id = records.source_record_id
    group by matches.canonical_id
),

opportunities as (
    select
        opportunity_id,
        created_at,
        {{ referenced_id('source', 'lead_reference') }} as source_lead_id
    from {{ ref('int_opportunity_history_validated') }}
    where exclusion_reason is null and known_to is null
),

first_opportunities as (
    select
        coalesce(matches.canonical_id, opportunities.source_lead_id) as lead_id,
        opportunities.opportunity_id,
        row_number() over (
            partition by coalesce(matches.canonical_id, opportunities.source_lead_id)
            order by opportunities.created_at asc nulls last, opportunities.opportunity_id asc
        ) as position_in_lead
    from opportunities
    left join matches on opportunities.source_lead_id = matches.source_id
    where opportunities.source_lead_id is not null
),

final as (
    select
        leads.*,
        coalesce(first_opportunities.opportunity_id, named_opportunities.opportunity_id) as opportunity_id,
        coalesce(beginnings.created_at, leads.record_created_at) as created_at,
        coalesce(beginnings.created_on, leads.record_created_on) as created_on
    from leads
    left join beginnings on leads.lead_id = beginnings.lead_id
    left join first_opportunities
        on leads.lead_id = first_opportunities.lead_id and first_opportunities.position_in_lead = 1
    left join {{ ref('int_opportunity_records') }} as opportunity_records
        on leads.named_opportunity_id = opportunity_records.source_opportunity_id
    left join opportunities as named_opportunities
        on coalesce(opportunity_records.opportunity_id, leads.named_opportunity_id) = named_opportunities.opportunity_id
)

select * from final
