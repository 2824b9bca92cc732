-- Each current activity row, with the reason where it does not count. An activity on an unknown deal or lead counts without one; an activity
-- of an unknown rep is unassigned. When a deal or lead was migrated, the new system may hold copies of activities of the old one.
{% set columns %}
    activity_key, activity_type, rep_reference, opportunity_reference, lead_reference, direction, outcome, tool,
    duration_minutes, occurred_at, occurred_on, logged_at, source_key, source_file, source_row, row_hash
{% endset %}

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
        lower(unioned.activity_type) as source_activity_type,
        {{ mapped_value('unioned', 'rep_reference') }} as rep_reference,
        {{ referenced_id('unioned.source', 'unioned.opportunity_reference') }} as source_opportunity_id,
        {{ referenced_id('unioned.source', 'unioned.lead_reference') }} as source_lead_id,
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
    {{ join_value_map('unioned', 'activity_type', 'activity', happened_on, rep='rep_reference') }}
    {{ join_value_map('unioned', 'rep_reference', 'activity', happened_on) }}
    {{ join_value_map('unioned', 'direction', 'activity', happened_on, rep='rep_reference') }}
),

rep_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep'
),

opportunities as (
    select opportunity_id
    from {{ ref('int_opportunity_history_validated') }}
    where exclusion_reason is null and known_to is null
),

leads as (
    select lead_id from {{ ref('int_leads_validated') }}
    where exclusion_reason is null
),

matches as (
    select * from {{ ref('bridge_source_ids') }}
    where entity in ('opportunity', 'lead')
),

identified as (
    select
        mapped.*,
        coalesce(rep_references.resolved_id, 'unassigned') as rep_id,
        rep_references.candidate_count,
        coalesce(deals_matched.canonical_id, mapped.source_opportunity_id) as named_opportunity_id,
        coalesce(leads_matched.canonical_id, mapped.source_lead_id) as named_lead_id,
        coalesce(deals_matched.canonical_id, leads_matched.canonical_id) as migrated_id,
        mapped.occurred_on < coalesce(deals_matched.in_force_from, leads_matched.in_force_from) as is_before_migration
    from mapped
    left join rep_references
        on
            mapped.source = rep_references.scope
            and mapped.rep_reference = rep_references.reference
    left join matches as deals_matched
        on
            deals_matched.entity = 'opportunity'
            and mapped.source_opportunity_id = deals_matched.source_id
    left join matches as leads_matched
        on
            leads_matched.entity = 'lead'
            and mapped.source_lead_id = leads_matched.source_id
),

validated as (
    select
        *,
        {{ exclusion_reason() }} as own_exclusion_reason
    from identified
),

-- the first activity of a day in the new system is the copy of the first in the old one, and so on
numbered as (
    select
        *,
        row_number() over (
            partition by migrated_id, activity_type, rep_id, occurred_on, is_before_migration
            order by occurred_at, source_key
        ) as position_of_day
    from validated
    where migrated_id is not null and own_exclusion_reason is null and occurred_at is not null
),

copies as (
    select
        copied.source,
        copied.source_key
    from numbered as copied
    inner join numbered as originals
        on
            copied.migrated_id = originals.migrated_id
            and copied.activity_type = originals.activity_type
            and copied.rep_id = originals.rep_id
            and copied.occurred_on = originals.occurred_on
            and copied.position_of_day = originals.position_of_day
    where copied.is_before_migration and not originals.is_before_migration
),

final as (
    select
        {{ canonical_id('validated.source', 'validated.activity_key') }} as activity_id,
        validated.*,
        opportunities.opportunity_id,
        leads.lead_id,
        coalesce(
            validated.own_exclusion_reason,
            case
                when copies.source_key is not null then 'migrated'
                when validated.candidate_count > 1 then 'ambiguous_rep'
                -- what is planned has not occurred
                when validated.occurred_at is null and validated.outcome in ('planned', 'deleted', 'series', 'copy')
                    then validated.outcome
                when validated.occurred_at is null then 'missing_date'
                when validated.occurred_at > as_of.as_of_at and coalesce(validated.outcome, '') <> 'done' then 'planned'
            end
        ) as exclusion_reason
    from validated
    cross join {{ ref('int_as_of_determined') }} as as_of
    left join opportunities on validated.named_opportunity_id = opportunities.opportunity_id
    left join leads on validated.named_lead_id = leads.lead_id
    left join copies
        on
            validated.source = copies.source
            and validated.source_key = copies.source_key
)

select * from final
