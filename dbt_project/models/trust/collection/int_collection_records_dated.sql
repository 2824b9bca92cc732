{{ config(materialized='view') }}
-- Each record that is profiled once, on the day it counts on (`dated_by`). A deal stands here twice: on the day of its creation and,
-- closed, on that of its close; so does a lead that was qualified. Of what moved to another system the creation is the first system's, as
-- that one recorded it.
with

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

opportunities as (
    select
        judged.*,
        resolved.closed_on,
        resolved.is_closed,
        resolved.is_won,
        row_number() over (
            partition by judged.source, judged.opportunity_id
            order by
                case when judged.exclusion_reason is null then 0 else 1 end asc, judged.source_file asc, judged.source_row asc
        ) > 1 as is_copy
    from {{ ref('int_opportunities_validated') }} as judged
    left join {{ ref('fct_opportunities') }} as resolved on judged.opportunity_id = resolved.opportunity_id
    where judged.exclusion_reason is null or judged.exclusion_reason = 'duplicate'
),

rep_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep'
),

-- of a deal that moved to another system, what the first one said while it was believed
first_versions as (
    select
        versions.*,
        row_number() over (
            partition by versions.source_opportunity_id
            order by versions.extracted_at desc, versions.source_file desc, versions.source_row desc
        ) as position_from_end
    from {{ ref('int_opportunity_versions') }} as versions
    inner join {{ ref('int_opportunity_records') }} as traced
        on versions.source_opportunity_id = traced.source_opportunity_id
    where versions.is_in_force and traced.position_of_record = 1 and not traced.is_in_force
),

-- it was created there, and not where it was created anew
created_opportunities as (
    select
        coalesce(first_versions.source, opportunities.source) as entered_in,
        coalesce(first_versions.source_key, opportunities.source_key) as source_key,
        case
            when first_versions.opportunity_id is null then opportunities.owner_rep_id
            else rep_references.resolved_id
        end as owner_rep_id,
        coalesce(first_versions.pipeline, opportunities.pipeline) as pipeline,
        opportunities.created_on,
        opportunities.created_at,
        opportunities.is_copy,
        -- it was open there, or it would not have moved
        first_versions.opportunity_id is null and opportunities.is_closed as is_closed,
        first_versions.opportunity_id is null and opportunities.is_won as is_won,
        {%- for column in ('amount', 'currency', 'account_reference', 'opportunity_type', 'loss_reason') %}
        case
            when first_versions.opportunity_id is null then opportunities.{{ column }}
            else first_versions.{{ column }}
        end as {{ column }},
        {%- endfor %}
        opportunities.opportunity_id
    from opportunities
    left join first_versions
        on
            opportunities.opportunity_id = first_versions.opportunity_id
            and first_versions.position_from_end = 1
    left join rep_references
        on
            first_versions.source = rep_references.scope
            and first_versions.owner_reference = rep_references.reference
),

-- a lead that moved was entered in the first of its systems, which may still show it
first_leads as (
    select
        source,
        source_record_id,
        canonical_id
    from {{ ref('int_source_ids_matched') }}
    where entity = 'lead' and in_force_from = cast('0001-01-01' as date)
),

leads as (
    select
        judged.*,
        coalesce(first_leads.source, judged.source) as entered_in,
        coalesce(judged.exclusion_reason = 'duplicate', false) as is_copy,
        coalesce(judged.exclusion_reason <> 'migrated', true) as is_in_force,
        row_number() over (
            partition by judged.lead_id
            order by
                case when judged.exclusion_reason = 'duplicate' then 1 else 0 end asc,
                case when judged.source_lead_id = first_leads.source_record_id then 0 else 1 end asc,
                judged.source_lead_id asc
        ) as position_of_record
    from {{ ref('int_leads_validated') }} as judged
    left join first_leads on judged.lead_id = first_leads.canonical_id
    where judged.exclusion_reason is null or judged.exclusion_reason in ('duplicate', 'migrated')
),

stage_log as (
    select
        log.*,
        resolved.pipeline,
        resolved.owner_id as owner_rep_id
    from {{ ref('int_stage_log_unioned') }} as log
    inner join {{ ref('fct_opportunities') }} as resolved on log.opportunity_id = resolved.opportunity_id
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
    from {{ ref('int_opportunity_lines_validated') }} as judged
    inner join {{ ref('fct_opportunities') }} as resolved on judged.opportunity_id = resolved.opportunity_id
    where judged.exclusion_reason is null and resolved.is_won
),

final as (
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
    {%- for dated_by, placed, source, day, instant in [
        ('rows', 'created_opportunities', 'entered_in', 'created_on', 'created_at'),
        ('close_date', 'opportunities', 'source', 'closed_on', 'closed_at'),
    ] %}
    union all
    select
        {{ placed }}.{{ source }}{{ ' as source' if source != 'source' }},
        'opportunity' as object,
        '{{ dated_by }}' as dated_by,
        '' as record_type,
        {{ placed }}.source_key as record_key,
        {{ placed }}.owner_rep_id,
        {{ placed }}.pipeline,
        {{ placed }}.{{ day }} as dated_on,
        {{ placed }}.is_copy,
        {{ placed }}.{{ instant }} as happened_at,
        cast(null as timestamp) as logged_at,
        {{ placed }}.opportunity_id,
        cast(null as varchar) as direction,
        cast(null as varchar) as outcome,
        {{ placed }}.amount as quantity,
        {{ placed }}.currency,
        {{ placed }}.account_reference as account_id,
        {{ placed }}.opportunity_type,
        {{ placed }}.loss_reason,
        cast(null as varchar) as label,
        coalesce({{ placed }}.is_closed, false) as is_closed,
        coalesce({{ placed }}.is_won, false) as is_won
    from {{ placed }}
    {%- endfor %}
    {%- for dated_by, day, is_of_it in [
        ('rows', 'created_on', '(leads.is_copy or leads.position_of_record = 1)'), ('qualified_at', 'qualified_on', 'leads.is_in_force')
    ] %}
    union all
    select
        leads.{{ 'entered_in as source' if dated_by == 'rows' else 'source' }},
        'lead' as object,
        '{{ dated_by }}' as dated_by,
        '' as record_type,
        leads.source_key as record_key,
        leads.owner_id as owner_rep_id,
        cast(null as varchar) as pipeline,
        leads.{{ day }} as dated_on,
        leads.is_copy,
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
    where {{ is_of_it }}
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
)

select * from final
