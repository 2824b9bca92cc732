-- What goes through the funnel, as it stands at as_of: deals, and leads, whose deal says what became of them. A lead without a
-- deal is lost when its status says so. A deal won on an unknown date is neither converted nor lost: it stands in the
-- exclusion ledger, and its lead is left out with it.
with

opportunities as (
    select
        opportunity_id,
        pipeline,
        is_closed,
        not is_won or closed_on is not null as is_known
    from {{ ref('fct_opportunities') }}
),

leads as (
    select * from {{ ref('int_leads_validated') }}
    where exclusion_reason is null and created_on is not null
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        pipeline as track,
        is_closed
    from opportunities
    where is_known
    union all
    select
        'lead' as subject_type,
        leads.lead_id as subject_id,
        leads.source as track,
        coalesce(opportunities.is_closed, {{ is_lost_lead_status('leads.lead_status') }}) as is_closed
    from leads
    left join opportunities on leads.opportunity_id = opportunities.opportunity_id
    where coalesce(opportunities.is_known, true)
)

select * from final
