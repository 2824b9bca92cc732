-- The days on which a lead came in, was first contacted, was qualified, became an opportunity and was won. What is dated before
-- the lead itself counts on the day it came in. A milestone that was passed only after a later one is passed over: a lead
-- that is called after it was qualified was qualified without a contact.
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
    from {{ ref('int_activities_judged') }}
    where exclusion_reason is null and direction = 'outbound' and lead_id is not null
    group by lead_id
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
        case when not opportunities.is_won then opportunities.closed_on end as lost_on
    from leads
    left join contacts on leads.lead_id = contacts.lead_id
    left join opportunities on leads.opportunity_id = opportunities.opportunity_id
),

milestones as (
    {%- for milestone in ['created', 'contacted', 'qualified', 'opportunity', 'won'] %}
    select
        lead_id,
        source,
        '{{ milestone }}' as stage,
        {{ loop.index }} as stage_order,
        greatest({{ milestone }}_on, created_on) as entered_on,
        lost_on
    from dated
    where {{ milestone }}_on is not null
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

followed as (
    select
        *,
        min(entered_on) over (
            partition by lead_id
            order by stage_order desc
            rows between unbounded preceding and 1 preceding
        ) as later_stage_entered_on
    from milestones
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
        ) as left_on
    from followed
    where later_stage_entered_on is null or entered_on <= later_stage_entered_on
)

select * from final
