-- Each lead in the intervals of days within which nothing known of it changed, with every row of it that was known then and the reason for which
-- the row does not count, null where it counts. Of a lead in several systems the authoritative record is the lead, and what it lacks
-- of qualification, conversion and opportunity is taken from the others. Its creation is that of the first record, and its opportunity the one
-- of today: the first that names the lead, else the one it names. Today is the interval without a known_to. A date that cannot be true is null.
{% set columns %}
    lead_key, owner_reference as source_owner_reference, opportunity_reference, lead_source as source_lead_source,
    lead_status as source_lead_status, created_at as given_created_at, created_on as given_created_on,
    qualified_at as given_qualified_at, qualified_on as given_qualified_on, converted_on as given_converted_on, source_exclusion,
    source_key, source_file, source_row, row_hash, extracted_at, superseded_at, is_current
{% endset %}

{% set unchanged = [
    'lead_id', 'known_from', 'known_to', 'source_lead_id', 'source', 'owner_reference', 'lead_source', 'lead_status', 'given_created_on',
    'given_qualified_on', 'given_converted_on', 'source_key', 'source_file', 'source_row',
] %}
{% set created_on = "coalesce(unioned.given_created_on, cast('9999-12-31' as date))" %}
{% set lead_named = referenced_id('history.source', 'history.lead_reference') %}

with

mapped as (
    select
        unioned.*,
        {{ canonical_id('unioned.source', 'unioned.lead_key') }} as source_lead_id,
        {{ mapped_value('unioned', 'owner_reference', 'source_owner_reference') }} as owner_reference,
        {{ referenced_id('unioned.source', 'unioned.opportunity_reference') }} as named_opportunity_id,
        {{ mapped_value('unioned', 'lead_source', 'source_lead_source') }} as lead_source,
        {{ mapped_value('unioned', 'lead_status', 'source_lead_status') }} as lead_status,
        {{ plausible('unioned.given_created_at', 'unioned.given_created_on') }} as created_at,
        {{ plausible('unioned.given_created_on') }} as created_on,
        {{ plausible('unioned.given_qualified_at', 'unioned.given_qualified_on') }} as qualified_at,
        {{ plausible('unioned.given_qualified_on') }} as qualified_on,
        {{ plausible('unioned.given_converted_on') }} as converted_on,
        {{ delivery_days('unioned') }}
    from ({{ union_sources('leads', columns) }}) as unioned
    cross join {{ ref('int_as_of_determined') }} as as_of
    {{ join_value_map('unioned', 'owner_reference', 'lead', created_on, written='source_owner_reference') }}
    {{ join_value_map('unioned', 'lead_source', 'lead', created_on, rep='source_owner_reference', written='source_lead_source') }}
    {{ join_value_map('unioned', 'lead_status', 'lead', created_on, written='source_lead_status') }}
),

-- the first record is authoritative from the beginning, a later one from its own time on and not before an extract had delivered it
records as (
    select
        matches.canonical_id,
        matches.source_id,
        row_number() over (
            partition by matches.canonical_id order by matches.in_force_from, matches.in_force_to
        ) as position_of_record,
        greatest(matches.in_force_from, min(mapped.delivered_on)) as authoritative_from,
        min(mapped.created_at) as created_at,
        min(mapped.created_on) as created_on
    from {{ ref('bridge_source_ids') }} as matches
    inner join mapped on matches.source_id = mapped.source_lead_id
    where matches.entity = 'lead'
    group by matches.canonical_id, matches.source_id, matches.in_force_from, matches.in_force_to
),

authoritative_records as (
    select
        canonical_id,
        source_id,
        case when position_of_record > 1 then authoritative_from end as authoritative_from,
        min(authoritative_from) over (
            partition by canonical_id order by position_of_record rows between 1 following and unbounded following
        ) as authoritative_to,
        min(created_at) over (partition by canonical_id) as lead_created_at,
        min(created_on) over (partition by canonical_id) as lead_created_on
    from records
),

identified as (
    select
        coalesce(records.canonical_id, mapped.source_lead_id) as lead_id,
        mapped.*,
        records.*,
        records.canonical_id is not null as is_matched
    from mapped
    left join authoritative_records as records on mapped.source_lead_id = records.source_id
),

intervals as (
    {{ intervals_between('identified', 'lead_id', ['delivered_on', 'superseded_on', 'authoritative_from']) }}
),

known as (
    select
        identified.*,
        intervals.known_from,
        intervals.known_to,
        coalesce(
            identified.named_opportunity_id,
            min(case when identified.is_matched then identified.named_opportunity_id end) over lead_then
        ) as lead_opportunity_id,
        coalesce(intervals.known_from >= identified.authoritative_from, true)
        and coalesce(intervals.known_from < identified.authoritative_to, true) as is_authoritative,
        row_number() over (
            partition by identified.lead_id, intervals.known_from, identified.source, identified.source_key
            order by identified.row_hash desc, identified.source_file asc, identified.source_row asc
        ) as position_of_key
    from intervals
    inner join identified
        on intervals.lead_id = identified.lead_id and {{ is_known_on('identified', 'intervals.known_from') }}
    window lead_then as (partition by identified.lead_id, intervals.known_from)
),

opportunities as (
    select
        history.opportunity_id,
        coalesce(matches.canonical_id, {{ lead_named }}) as lead_id,
        row_number() over (
            partition by coalesce(matches.canonical_id, {{ lead_named }})
            order by history.created_at asc nulls last, history.opportunity_id asc
        ) as position_in_lead
    from {{ ref('int_opportunity_history_validated') }} as history
    left join {{ ref('bridge_source_ids') }} as matches on matches.entity = 'lead' and {{ lead_named }} = matches.source_id
    where history.exclusion_reason is null and history.known_to is null
),

final as (
    select
        {% for column in unchanged -%}
        known.{{ column }},
        {% endfor -%}
        coalesce(owners.resolved_id, 'unassigned') as owner_id,
        coalesce(first_opportunities.opportunity_id, named_opportunities.opportunity_id) as opportunity_id,
        coalesce(known.lead_created_at, known.created_at) as created_at,
        coalesce(known.lead_created_on, known.created_on) as created_on,
        coalesce(known.qualified_at, min(case when known.is_matched then known.qualified_at end) over lead_then) as qualified_at,
        coalesce(known.qualified_on, min(case when known.is_matched then known.qualified_on end) over lead_then) as qualified_on,
        coalesce(known.converted_on, min(case when known.is_matched then known.converted_on end) over lead_then) as converted_on,
        coalesce(
            case when known.position_of_key > 1 then 'duplicate' end,
            case when not known.is_authoritative then 'migrated' end,
            known.source_exclusion,
            case when owners.candidate_count > 1 then 'ambiguous_owner' end
        ) as exclusion_reason
    from known
    {{ join_reference('known', 'owner_reference', 'rep', 'owners') }}
    left join opportunities as first_opportunities
        on known.lead_id = first_opportunities.lead_id and first_opportunities.position_in_lead = 1
    left join {{ ref('int_opportunity_records') }} as records
        on known.lead_opportunity_id = records.source_opportunity_id
    left join opportunities as named_opportunities
        on coalesce(records.opportunity_id, known.lead_opportunity_id) = named_opportunities.opportunity_id
    window lead_then as (partition by known.lead_id, known.known_from)
)

select * from final
