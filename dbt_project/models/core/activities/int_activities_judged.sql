-- Each current activity row. One on an unknown deal or lead stays, with a null one; one of an unknown rep belongs to nobody. What the new
-- system of a migrated deal or lead has from before the migration, and the old one too, is a copy.
{% set columns %}
    activity_key, activity_type, rep_reference, opportunity_reference, lead_reference, direction, outcome, tool,
    duration_minutes, occurred_at, occurred_on, logged_at, source_key, source_file, source_row, row_hash
{% endset %}

{% set reps = rep_columns('activity') %}
{% set happened_on = "coalesce(unioned.occurred_on, cast('9999-12-31' as date))" %}

with

unioned as (
    {{ union_sources('activities', columns, 'is_current') }}
),

mapped as (
    select
        unioned.source,
        unioned.activity_key,
        lower({{ bridged_value('unioned', 'activity_type') }}) as activity_type,
        lower(unioned.activity_type) as source_activity_type,
        {{ mapped_value('unioned', 'rep_reference') }} as rep_reference,
        {{ referenced_id('unioned.source', 'unioned.opportunity_reference') }} as source_opportunity_id,
        {{ referenced_id('unioned.source', 'unioned.lead_reference') }} as source_lead_id,
        lower({{ bridged_value('unioned', 'direction') }}) as direction,
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
    {{ join_value_map_and_bridges('unioned', 'activity_type', 'activity', 'rep_reference', happened_on) }}
    {{ join_value_map('unioned', 'rep_reference', 'activity', reps, happened_on) }}
    {{ join_value_map_and_bridges('unioned', 'direction', 'activity', 'rep_reference', happened_on) }}
),

references_resolved as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep'
),

opportunities as (
    select opportunity_id
    from {{ ref('int_opportunities_validated') }}
    where exclusion_reason is null
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

leads as (
    select lead_id from {{ ref('int_leads_validated') }}
    where exclusion_reason is null
),

matches as (
    select * from {{ ref('int_source_ids_matched') }}
    where entity in ('opportunity', 'lead')
),

identified as (
    select
        mapped.*,
        coalesce(deals_matched.canonical_id, mapped.source_opportunity_id) as named_opportunity_id,
        coalesce(leads_matched.canonical_id, mapped.source_lead_id) as named_lead_id,
        coalesce(deals_matched.canonical_id, leads_matched.canonical_id) as migrated_id,
        coalesce(deals_matched.in_force_from, leads_matched.in_force_from) as in_force_from
    from mapped
    left join matches as deals_matched
        on
            deals_matched.entity = 'opportunity'
            and mapped.source_opportunity_id = deals_matched.source_record_id
    left join matches as leads_matched
        on
            leads_matched.entity = 'lead'
            and mapped.source_lead_id = leads_matched.source_record_id
),

judged as (
    select
        *,
        {{ exclusion_reason() }} as own_exclusion_reason
    from identified
),

-- the first activity of a day in the new system is the copy of the first in the old one, and so on
numbered_on_migrated as (
    select
        judged.source,
        judged.source_key,
        judged.migrated_id,
        judged.activity_type,
        coalesce(references_resolved.resolved_id, 'unassigned') as rep_id,
        judged.occurred_on,
        judged.occurred_on < judged.in_force_from as is_before_migration,
        row_number() over (
            partition by
                judged.migrated_id,
                judged.activity_type,
                coalesce(references_resolved.resolved_id, 'unassigned'),
                judged.occurred_on,
                judged.occurred_on < judged.in_force_from
            order by judged.occurred_at, judged.source_key
        ) as position_of_day
    from judged
    left join references_resolved
        on
            judged.source = references_resolved.scope
            and judged.rep_reference = references_resolved.reference
    where judged.migrated_id is not null and judged.own_exclusion_reason is null and judged.occurred_at is not null
),

copies as (
    select
        copied.source,
        copied.source_key
    from numbered_on_migrated as copied
    inner join numbered_on_migrated as originals
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
        {{ canonical_id('judged.source', 'judged.activity_key') }} as activity_id,
        judged.source,
        judged.activity_type,
        judged.source_activity_type,
        judged.rep_reference,
        coalesce(references_resolved.resolved_id, 'unassigned') as rep_id,
        opportunities.opportunity_id,
        leads.lead_id,
        judged.direction,
        judged.outcome,
        judged.tool,
        judged.duration_minutes,
        judged.occurred_at,
        judged.occurred_on,
        judged.logged_at,
        judged.source_key,
        judged.source_file,
        judged.source_row,
        coalesce(
            judged.own_exclusion_reason,
            case
                when copies.source_key is not null then 'migrated'
                when references_resolved.candidate_count > 1 then 'ambiguous_rep'
                -- what is planned has not occurred
                when judged.occurred_at is null and judged.outcome in ('planned', 'deleted', 'series', 'copy')
                    then judged.outcome
                when judged.occurred_at is null then 'missing_date'
                when judged.occurred_at > as_of.as_of_at and coalesce(judged.outcome, '') <> 'done' then 'planned'
            end
        ) as exclusion_reason
    from judged
    cross join as_of
    left join references_resolved
        on
            judged.source = references_resolved.scope
            and judged.rep_reference = references_resolved.reference
    left join opportunities on judged.named_opportunity_id = opportunities.opportunity_id
    left join leads on judged.named_lead_id = leads.lead_id
    left join copies
        on
            judged.source = copies.source
            and judged.source_key = copies.source_key
)

select * from final
