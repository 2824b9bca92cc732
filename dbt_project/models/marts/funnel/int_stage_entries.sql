-- noqa: disable=LT05
-- Each entry of a deal or a lead into a stage. A deal enters open stages and won; lost is an exit and not a stage. A lead is created, first
-- contacted, qualified, becomes an opportunity and is won. A lead's stage dated before its creation counts on the day of the creation; one
-- that follows a later one in time is skipped: a lead that is first called after it was qualified was qualified without a contact.
with

deals as (
    select
        *,
        not is_won or closed_on is not null as is_outcome_dated
    from {{ ref('fct_opportunities') }}
),

stage_events as (
    select * from {{ ref('fct_stage_events') }}
),

leads as (
    select * from {{ ref('int_lead_history') }}
    where exclusion_reason is null and known_to is null and created_on is not null
),

contacts as (
    select
        lead_id,
        min(occurred_on) as contacted_on
    from {{ ref('int_activity_history') }}
    where exclusion_reason is null and known_to is null and direction = 'outbound' and lead_id is not null
    group by lead_id
),

lead_dates as (
    select
        leads.lead_id,
        leads.source,
        leads.created_on,
        contacts.contacted_on,
        leads.qualified_on,
        coalesce(deals.created_on, leads.converted_on) as opportunity_on,
        case when deals.is_won then deals.closed_on end as won_on,
        case when not deals.is_won then deals.closed_on end as lost_on,
        -- the deal decides whether its lead is closed, without a deal the status does
        coalesce(deals.is_closed, lower(leads.lead_status) in ('{{ var("lost_lead_statuses") | join("', '") }}'), false) as is_closed,
        coalesce(deals.is_outcome_dated, true) as is_outcome_dated
    from leads
    left join contacts using (lead_id)
    left join deals using (opportunity_id)
),

lead_stages as (
    {%- for stage in ['created', 'contacted', 'qualified', 'opportunity', 'won'] %}
    select
        *,
        '{{ stage }}' as stage,
        cast({{ loop.index }} as bigint) as stage_order,
        greatest({{ stage }}_on, created_on) as entered_on
    from lead_dates
    where {{ stage }}_on is not null
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

lead_stages_compared as (
    select
        *,
        min(entered_on) over (
            partition by lead_id order by stage_order desc rows between unbounded preceding and 1 preceding
        ) as later_stage_entered_on
    from lead_stages
),

final as (
    select
        'opportunity' as subject_type,
        stage_events.opportunity_id as subject_id,
        stage_events.pipeline as stage_sequence,
        stage_events.source,
        stage_events.source_pipeline,
        stage_events.to_source_stage as source_stage,
        stage_events.event_number,
        stage_events.to_stage as stage,
        stage_events.is_closed as is_won,
        -- a win that was reopened later is not a win as of as_of, but the stages before it were reached
        false as is_won_as_of,
        stage_events.changed_on as entered_on,
        stage_events.left_on,
        deals.is_closed,
        deals.is_outcome_dated
    from stage_events
    inner join deals using (opportunity_id)
    where not stage_events.is_closed or (stage_events.is_won and (not deals.is_won or stage_events.left_on is not null))
    union all
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        pipeline as stage_sequence,
        source,
        source_pipeline,
        source_stage,
        cast(null as bigint) as event_number,
        stage,
        true as is_won,
        true as is_won_as_of,
        closed_on as entered_on,
        cast(null as date) as left_on,
        is_closed,
        is_outcome_dated
    from deals
    where is_won and is_outcome_dated
    union all
    select
        'lead' as subject_type,
        lead_id as subject_id,
        source as stage_sequence,
        source,
        cast(null as varchar) as source_pipeline,
        cast(null as varchar) as source_stage,
        stage_order as event_number,
        stage,
        stage = 'won' as is_won,
        stage = 'won' as is_won_as_of,
        entered_on,
        coalesce(
            lead(entered_on) over (partition by lead_id order by stage_order), case when lost_on >= entered_on then lost_on end
        ) as left_on,
        is_closed,
        is_outcome_dated
    from lead_stages_compared
    where later_stage_entered_on is null or entered_on <= later_stage_entered_on
)

select * from final
