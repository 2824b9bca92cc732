-- Each record that is profiled once, with the week of the day it counts on (`dated_by`) and the team and pipeline it belongs to. A deal
-- stands here twice: on the day of its creation and, closed, on that of its close; so does a lead that was qualified.

with

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

rep_teams as (
    select * from {{ ref('int_rep_teams_dated') }}
),

activities as (
    select
        *,
        row_number() over (
            partition by
                source, rep_reference, activity_type, occurred_at, opportunity_id, lead_id, direction, duration_minutes
            order by case when exclusion_reason is null then 0 else 1 end asc, activity_id asc
        ) as position_of_copy
    from {{ ref('int_activities_judged') }}
    where occurred_on is not null and (exclusion_reason is null or exclusion_reason = 'duplicate')
),

-- a deal or lead that moved to another system was entered in its first
first_records as (
    select
        entity,
        source,
        canonical_id
    from {{ ref('int_source_ids_matched') }}
    where entity in ('opportunity', 'lead') and in_force_from = cast('0001-01-01' as date)
),

opportunities as (
    select
        judged.*,
        coalesce(first_records.source, judged.source) as first_source,
        resolved.closed_on,
        resolved.is_closed,
        resolved.is_won,
        row_number() over (
            partition by judged.source, judged.opportunity_id
            order by
                case when judged.exclusion_reason is null then 0 else 1 end asc, judged.source_file asc, judged.source_row asc
        ) as position_of_copy
    from {{ ref('int_opportunities_judged') }} as judged
    left join {{ ref('int_opportunities_resolved') }} as resolved on judged.opportunity_id = resolved.opportunity_id
    left join first_records
        on
            first_records.entity = 'opportunity'
            and judged.opportunity_id = first_records.canonical_id
    where judged.exclusion_reason is null or judged.exclusion_reason = 'duplicate'
),

leads as (
    select
        judged.*,
        coalesce(first_records.source, judged.source) as first_source,
        case when judged.exclusion_reason = 'duplicate' then 2 else 1 end as position_of_copy
    from {{ ref('int_leads_judged') }} as judged
    left join first_records
        on
            first_records.entity = 'lead'
            and judged.lead_id = first_records.canonical_id
    where judged.exclusion_reason is null or judged.exclusion_reason = 'duplicate'
),

stage_log as (
    select
        log.*,
        resolved.pipeline,
        resolved.owner_id as owner_rep_id
    from {{ ref('int_stage_log_unioned') }} as log
    inner join {{ ref('int_opportunities_resolved') }} as resolved on log.opportunity_id = resolved.opportunity_id
    where log.is_in_force
),

-- of the deals won: by the day of the win
lines as (
    select
        judged.source,
        judged.source_key,
        judged.quantity,
        judged.opportunity_id,
        resolved.pipeline,
        resolved.owner_id as owner_rep_id,
        resolved.closed_on
    from {{ ref('int_opportunity_lines_judged') }} as judged
    inner join {{ ref('int_opportunities_resolved') }} as resolved on judged.opportunity_id = resolved.opportunity_id
    where judged.exclusion_reason is null and resolved.is_won
),

records as (
    select
        activities.source,
        'activity' as object,
        'rows' as dated_by,
        activities.activity_type as record_type,
        activities.source_key as record_key,
        activities.rep_id as owner_rep_id,
        cast(null as varchar) as pipeline,
        activities.occurred_on as dated_on,
        activities.position_of_copy > 1 as is_copy,
        activities.occurred_at as happened_at,
        activities.logged_at,
        coalesce(activities.opportunity_id, activities.lead_id) as opportunity_id,
        activities.direction,
        activities.outcome,
        activities.duration_minutes as quantity,
        cast(null as varchar) as currency,
        cast(null as varchar) as account_id,
        cast(null as varchar) as opportunity_type,
        cast(null as varchar) as loss_reason,
        cast(null as varchar) as label,
        cast(null as boolean) as is_closed,
        cast(null as boolean) as is_won
    from activities
    {%- for dated_by, day in {'rows': 'created_on', 'close_date': 'closed_on'}.items() %}
    union all
    select
        opportunities.{{ 'first_source as source' if dated_by == 'rows' else 'source' }},
        'opportunity' as object,
        '{{ dated_by }}' as dated_by,
        '' as record_type,
        opportunities.source_key as record_key,
        opportunities.owner_rep_id,
        opportunities.pipeline,
        opportunities.{{ day }} as dated_on,
        opportunities.position_of_copy > 1 as is_copy,
        opportunities.{{ 'created_at' if dated_by == 'rows' else 'closed_at' }} as happened_at,
        cast(null as timestamp) as logged_at,
        opportunities.opportunity_id,
        cast(null as varchar) as direction,
        cast(null as varchar) as outcome,
        opportunities.amount as quantity,
        opportunities.currency,
        opportunities.account_reference as account_id,
        opportunities.opportunity_type,
        opportunities.loss_reason,
        cast(null as varchar) as label,
        coalesce(opportunities.is_closed, false) as is_closed,
        coalesce(opportunities.is_won, false) as is_won
    from opportunities
    {%- endfor %}
    {%- for dated_by, day in {'rows': 'created_on', 'qualified_at': 'qualified_on'}.items() %}
    union all
    select
        leads.{{ 'first_source as source' if dated_by == 'rows' else 'source' }},
        'lead' as object,
        '{{ dated_by }}' as dated_by,
        '' as record_type,
        leads.source_key as record_key,
        leads.owner_id as owner_rep_id,
        cast(null as varchar) as pipeline,
        leads.{{ day }} as dated_on,
        leads.position_of_copy > 1 as is_copy,
        leads.{{ 'created_at' if dated_by == 'rows' else 'qualified_at' }} as happened_at,
        cast(null as timestamp) as logged_at,
        leads.opportunity_id,
        cast(null as varchar) as direction,
        cast(null as varchar) as outcome,
        cast(null as decimal(18, 4)) as quantity,
        cast(null as varchar) as currency,
        cast(null as varchar) as account_id,
        cast(null as varchar) as opportunity_type,
        cast(null as varchar) as loss_reason,
        leads.lead_source as label,
        cast(null as boolean) as is_closed,
        cast(null as boolean) as is_won
    from leads
    {%- endfor %}
    union all
    select
        stage_log.source,
        'stage_event' as object,
        'rows' as dated_by,
        '' as record_type,
        stage_log.source_key as record_key,
        stage_log.owner_rep_id,
        stage_log.pipeline,
        stage_log.changed_on as dated_on,
        false as is_copy,
        stage_log.changed_at as happened_at,
        cast(null as timestamp) as logged_at,
        stage_log.opportunity_id,
        cast(null as varchar) as direction,
        cast(null as varchar) as outcome,
        cast(null as decimal(18, 4)) as quantity,
        cast(null as varchar) as currency,
        cast(null as varchar) as account_id,
        cast(null as varchar) as opportunity_type,
        cast(null as varchar) as loss_reason,
        stage_log.to_source_stage as label,
        cast(null as boolean) as is_closed,
        cast(null as boolean) as is_won
    from stage_log
    union all
    select
        lines.source,
        'opportunity_line' as object,
        'rows' as dated_by,
        '' as record_type,
        lines.source_key as record_key,
        lines.owner_rep_id,
        lines.pipeline,
        lines.closed_on as dated_on,
        false as is_copy,
        cast(null as timestamp) as happened_at,
        cast(null as timestamp) as logged_at,
        lines.opportunity_id,
        cast(null as varchar) as direction,
        cast(null as varchar) as outcome,
        lines.quantity,
        cast(null as varchar) as currency,
        cast(null as varchar) as account_id,
        cast(null as varchar) as opportunity_type,
        cast(null as varchar) as loss_reason,
        cast(null as varchar) as label,
        cast(null as boolean) as is_closed,
        cast(null as boolean) as is_won
    from lines
),

final as (
    select
        records.*,
        rep_teams.team_id,
        {{ fiscal_period_start('week', 'records.dated_on') }} as week_start
    from records
    cross join as_of
    left join rep_teams
        on
            records.owner_rep_id = rep_teams.rep_id
            and records.dated_on between rep_teams.valid_from and rep_teams.valid_to
    where records.dated_on between as_of.earliest_plausible_on and as_of.as_of_date
)

select * from final
