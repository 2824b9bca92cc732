-- Each current activity row. One on an unknown deal stays, with a null deal; one of an unknown rep belongs to nobody.
with

activities as (
    select
        'generic' as source,
        *
    from {{ ref('stg_generic__activities') }}
    where is_current
),

references_resolved as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep'
),

opportunities as (
    select
        opportunity_id,
        source,
        opportunity_key
    from {{ ref('int_opportunities_judged') }}
    where exclusion_reason is null
),

judged as (
    select
        *,
        {{ exclusion_reason() }} as own_exclusion_reason
    from activities
),

final as (
    select
        {{ canonical_id('judged.source', 'judged.activity_key') }} as activity_id,
        judged.source,
        lower({{ mapped_value('judged', 'activity_type') }}) as activity_type,
        coalesce(references_resolved.resolved_id, 'unassigned') as rep_id,
        opportunities.opportunity_id,
        judged.lead_reference,
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
            case when references_resolved.candidate_count > 1 then 'ambiguous_rep' end
        ) as exclusion_reason
    from judged
    {{ join_value_map('judged', 'activity_type', 'activity', {'generic': 'type'}) }}
    left join references_resolved
        on
            judged.source = references_resolved.scope
            and judged.rep_reference = references_resolved.reference
    left join opportunities
        on
            judged.source = opportunities.source
            and judged.opportunity_reference = opportunities.opportunity_key
)

select * from final
