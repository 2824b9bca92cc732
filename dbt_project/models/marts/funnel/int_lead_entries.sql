-- noqa: disable=LT05
-- The days on which a lead was created, first contacted, qualified, became an opportunity and was won. A stage dated before the lead's
-- creation counts on the day of the creation. A stage that follows a later one in time is skipped: a lead that is first called after it was
-- qualified was qualified without a contact.
with

leads as (
    select * from {{ ref('int_leads_validated') }}
    where exclusion_reason is null and created_on is not null
),

opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

contacts as (
    select
        lead_id,
        min(occurred_on) as contacted_on
    from {{ ref('int_activities_validated') }}
    where exclusion_reason is null and direction = 'outbound' and lead_id is not null
    group by lead_id
),

lead_stages as (
    select
        listed.stage,
        listed.stage_order
    from (
        values ('created', 1), ('contacted', 2), ('qualified', 3), ('opportunity', 4), ('won', 5)
    ) as listed (stage, stage_order)
),

dated as (
    select
        leads.lead_id,
        leads.source,
        leads.created_on,
        contacts.contacted_on,
        leads.qualified_on,
        coalesce(opportunities.created_on, leads.converted_on) as opportunity_on,
        case when opportunities.is_won then opportunities.closed_on end as won_on,
        case when not opportunities.is_won then opportunities.closed_on end as lost_on,
        -- the deal decides whether its lead is closed, without a deal the status does
        coalesce(
            opportunities.is_closed, lower(leads.lead_status) in ('{{ var("lost_lead_statuses") | join("', '") }}'), false
        ) as is_closed,
        coalesce(not opportunities.is_won or opportunities.closed_on is not null, true) as is_outcome_dated
    from leads
    left join contacts on leads.lead_id = contacts.lead_id
    left join opportunities on leads.opportunity_id = opportunities.opportunity_id
),

entered as (
    select
        dated.*,
        lead_stages.stage,
        lead_stages.stage_order,
        case lead_stages.stage
            when 'created' then dated.created_on
            when 'contacted' then dated.contacted_on
            when 'qualified' then dated.qualified_on
            when 'opportunity' then dated.opportunity_on
            when 'won' then dated.won_on
        end as stage_on
    from dated
    cross join lead_stages
),

compared as (
    select
        *,
        greatest(stage_on, created_on) as entered_on,
        min(greatest(stage_on, created_on)) over (
            partition by lead_id
            order by stage_order desc
            rows between unbounded preceding and 1 preceding
        ) as later_stage_entered_on
    from entered
    where stage_on is not null
),

final as (
    select
        lead_id,
        source,
        stage,
        stage_order,
        entered_on,
        coalesce(
            lead(entered_on) over (partition by lead_id order by stage_order),
            case when lost_on >= entered_on then lost_on end
        ) as left_on,
        is_closed,
        is_outcome_dated
    from compared
    where later_stage_entered_on is null or entered_on <= later_stage_entered_on
)

select * from final
