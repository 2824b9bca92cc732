-- Each activity row in the intervals of days within which nothing known of the activity changed, with the reason where it does not count. An
-- activity on an unknown deal or lead counts without one; an activity of an unknown rep is unassigned. When a deal or lead was migrated, the new
-- system may hold copies of activities of the old one; they are found in what is known today. Today is the interval without a known_to.
{% set columns %}
    activity_key, activity_type as source_activity_type, rep_reference as source_rep_reference, opportunity_reference, lead_reference,
    direction as source_direction, outcome, duration_minutes, occurred_at, occurred_on, logged_at, crm_dated_at, crm_dated_on,
    source_key, source_file, source_row, row_hash, extracted_at, superseded_at, is_current
{% endset %}

{% set occurred_on = "coalesce(unioned.occurred_on, cast('9999-12-31' as date))" %}

with

mapped as (
    select
        unioned.*,
        {{ canonical_id('unioned.source', 'unioned.activity_key') }} as activity_id,
        unioned.source || chr(31) || unioned.source_key as record_key,
        lower({{ mapped_value('unioned', 'activity_type', 'source_activity_type') }}) as activity_type,
        {{ mapped_value('unioned', 'rep_reference', 'source_rep_reference') }} as rep_reference,
        lower({{ mapped_value('unioned', 'direction', 'source_direction') }}) as direction,
        {{ referenced_id('unioned.source', 'unioned.opportunity_reference') }} as source_opportunity_id,
        {{ referenced_id('unioned.source', 'unioned.lead_reference') }} as source_lead_id,
        {{ delivery_days('unioned') }}
    from ({{ union_sources('activities', columns) }}) as unioned
    {{ join_value_map(
        'unioned', 'activity_type', 'activity', occurred_on, rep='source_rep_reference', written='source_activity_type'
    ) }}
    {{ join_value_map('unioned', 'rep_reference', 'activity', occurred_on, written='source_rep_reference') }}
    {{ join_value_map('unioned', 'direction', 'activity', occurred_on, rep='source_rep_reference', written='source_direction') }}
),

intervals as (
    {{ intervals_between('mapped', 'record_key', ['delivered_on', 'superseded_on']) }}
),

matches as (
    select * from {{ ref('bridge_source_ids') }}
),

identified as (
    select
        mapped.*,
        intervals.known_from,
        intervals.known_to,
        coalesce(reps.resolved_id, 'unassigned') as rep_id,
        reps.candidate_count,
        coalesce(deals_matched.canonical_id, mapped.source_opportunity_id) as named_opportunity_id,
        coalesce(leads_matched.canonical_id, mapped.source_lead_id) as named_lead_id,
        coalesce(deals_matched.canonical_id, leads_matched.canonical_id) as migrated_id,
        mapped.occurred_on < coalesce(deals_matched.in_force_from, leads_matched.in_force_from) as is_before_migration,
        row_number() over (
            partition by mapped.record_key, intervals.known_from
            order by mapped.row_hash desc, mapped.source_file asc, mapped.source_row asc
        ) as position_of_key
    from intervals
    inner join mapped
        on intervals.record_key = mapped.record_key and {{ is_known_on('mapped', 'intervals.known_from') }}
    {{ join_reference('mapped', 'rep_reference', 'rep', 'reps') }}
    left join matches as deals_matched
        on deals_matched.entity = 'opportunity' and mapped.source_opportunity_id = deals_matched.source_id
    left join matches as leads_matched
        on leads_matched.entity = 'lead' and mapped.source_lead_id = leads_matched.source_id
),

-- the first activity of a day in the new system is the copy of the first in the old one, and so on
numbered as (
    select
        *,
        row_number() over (
            partition by migrated_id, activity_type, rep_id, occurred_on, is_before_migration
            order by occurred_at, source_key
        ) as position_of_day
    from identified
    where migrated_id is not null and known_to is null and position_of_key = 1 and occurred_at is not null
),

copies as (
    select copied.record_key
    from numbered as copied
    inner join numbered as originals using (migrated_id, activity_type, rep_id, occurred_on, position_of_day)
    where copied.is_before_migration and not originals.is_before_migration
),

final as (
    select
        {%- for column in [
            'source', 'source_activity_type', 'outcome', 'duration_minutes', 'occurred_at', 'occurred_on', 'logged_at', 'crm_dated_at',
            'crm_dated_on', 'source_key', 'source_file', 'source_row', 'extracted_at', 'superseded_at', 'is_current', 'activity_id',
            'activity_type', 'rep_reference', 'direction', 'source_opportunity_id', 'source_lead_id', 'known_from', 'known_to', 'rep_id',
        ] %}
        identified.{{ column }},
        {%- endfor %}
        opportunities.opportunity_id,
        leads.lead_id,
        {{ plausible('identified.logged_at', business_date('identified.logged_at')) }} as plausible_logged_at,
        case
            when identified.position_of_key > 1 then 'duplicate'
            when copies.record_key is not null then 'migrated'
            when identified.candidate_count > 1 then 'ambiguous_rep'
            -- what is planned has not occurred
            when identified.occurred_at is null and identified.outcome in ('planned', 'deleted', 'series', 'copy')
                then identified.outcome
            when identified.occurred_at is null and identified.outcome like 'unknown:%' then 'unknown_outcome'
            when identified.occurred_at is null then 'missing_date'
            when identified.occurred_at > as_of.as_of_at and coalesce(identified.outcome, '') <> 'done' then 'planned'
            when identified.occurred_on not between as_of.earliest_plausible_on and as_of.latest_plausible_on
                then 'implausible_date'
        end as exclusion_reason
    from identified
    cross join {{ ref('int_as_of_determined') }} as as_of
    left join {{ ref('int_opportunity_history_validated') }} as opportunities
        on
            identified.named_opportunity_id = opportunities.opportunity_id
            and opportunities.exclusion_reason is null
            and opportunities.known_to is null
    left join {{ ref('int_lead_history') }} as leads
        on identified.named_lead_id = leads.lead_id and leads.exclusion_reason is null and leads.known_to is null
    left join copies on identified.record_key = copies.record_key
)

select * from final
