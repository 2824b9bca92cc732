-- What each lead credited to whom, from when to when the extracts told it so, by the rules of int_leads_validated: of a lead in several systems the
-- record that spoke is the lead, and when it was qualified any of them tells.
{% set columns %}
    lead_key, owner_reference, created_on, qualified_on, source_exclusion, source_key, source_file, source_row, row_hash,
    extracted_at, superseded_at, is_current
{% endset %}

{% set owners = rep_columns('lead') %}
{% set created_on = "coalesce(unioned.created_on, cast('9999-12-31' as date))" %}

with

unioned as (
    {{ union_sources('leads', columns) }}
),

rep_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep'
),

memberships as (
    select * from {{ ref('int_team_memberships_dated') }}
),

records as (
    select * from {{ ref('int_source_ids_matched') }}
    where entity = 'lead'
),

mapped as (
    select
        {{ canonical_id('unioned.source', 'unioned.lead_key') }} as source_lead_id,
        unioned.source,
        {{ mapped_value('unioned', 'owner_reference') }} as owner_reference,
        unioned.qualified_on,
        unioned.source_exclusion,
        unioned.source_file,
        unioned.source_row,
        unioned.row_hash,
        {{ told_days('unioned') }}
    from unioned
    {{ join_value_map('unioned', 'owner_reference', 'lead', owners, created_on) }}
),

speaking as (
    {{ speaking_records('records', 'mapped', 'source_lead_id') }}
),

told as (
    select
        coalesce(records.canonical_id, mapped.source_lead_id) as lead_id,
        records.canonical_id is not null as is_matched,
        mapped.*,
        greatest(mapped.known_from, coalesce(speaking.speaks_from, mapped.known_from)) as stood_from,
        least(
            coalesce(mapped.known_to, speaking.speaks_until), coalesce(speaking.speaks_until, mapped.known_to)
        ) as stood_until
    from mapped
    left join records on mapped.source_lead_id = records.source_record_id
    left join speaking on mapped.source_lead_id = speaking.source_record_id
),

days as (
    {{ days_told('told', 'lead_id') }}
    union
    {{ days_told('told', 'lead_id', 'stood_from', 'stood_until') }}
),

spans as (
    {{ spans_between('days', 'lead_id') }}
),

histories as (
    select
        spans.lead_id,
        spans.known_from,
        min(told.qualified_on) as qualified_on
    from spans
    inner join told
        on
            spans.lead_id = told.lead_id
            and {{ was_told_on('told', 'spans.known_from') }}
    where told.is_matched
    group by spans.lead_id, spans.known_from
),

editions as (
    select
        spans.lead_id,
        spans.known_from,
        spans.known_to,
        told.source,
        told.owner_reference,
        told.source_exclusion,
        told.qualified_on,
        row_number() over (
            partition by spans.lead_id, spans.known_from
            order by told.row_hash desc, told.source_file asc, told.source_row asc
        ) as position_of_row
    from spans
    inner join told
        on
            spans.lead_id = told.lead_id
            and {{ was_told_on('told', 'spans.known_from', 'stood_from', 'stood_until') }}
),

qualified as (
    select
        'leads_qualified' as metric,
        editions.lead_id,
        editions.known_from,
        editions.known_to,
        editions.source,
        coalesce(rep_references.resolved_id, 'unassigned') as rep_id,
        coalesce(editions.qualified_on, histories.qualified_on) as qualified_on
    from editions
    left join histories
        on
            editions.lead_id = histories.lead_id
            and editions.known_from = histories.known_from
    left join rep_references
        on
            editions.source = rep_references.scope
            and editions.owner_reference = rep_references.reference
    where
        editions.position_of_row = 1
        and editions.source_exclusion is null
        and coalesce(rep_references.candidate_count, 1) = 1
        and coalesce(editions.qualified_on, histories.qualified_on) is not null
),

final as (
    {{ single_credits('qualified', 'lead', 'rep_id', 'qualified_on', told=true) }}
)

select * from final
