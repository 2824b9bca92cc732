{% set edited = profiled_edits() %}
{% set in_order %}
over (
            partition by versions.source, versions.source_opportunity_id
            order by versions.extracted_at asc, versions.source_file asc, versions.source_row asc
        )
{%- endset %}
-- Each edit of a deal, by the field that was edited too, and each activity as it was logged and deal as it was moved, with the week and the
-- team of that day. The deals that a leaver hands over at once are no edit.
with

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

rep_teams as (
    select * from {{ ref('int_rep_teams_dated') }}
),

owners as (
    select
        opportunity_id,
        owner_id
    from {{ ref('fct_opportunities') }}
),

versions as (
    select
        versions.source,
        versions.source_opportunity_id,
        versions.opportunity_id,
        versions.created_on,
        versions.updated_at,
        owners.owner_id as rep_id,
        {%- for column in edited.values() %}
        versions.{{ column }},
        lag(versions.{{ column }}) {{ in_order }} as previous_{{ column }},
        {%- endfor %}
        row_number() {{ in_order }} as position_of_version
    from {{ ref('int_opportunity_versions') }} as versions
    inner join owners on versions.opportunity_id = owners.opportunity_id
    where versions.updated_at is not null and versions.is_in_force
),

last_deals as (
    select
        source,
        owner_reference,
        max(created_on) as created_on
    from versions
    group by source, owner_reference
),

-- all that passes at one instant was one owner's, who has no deal that came later
handovers as (
    select
        versions.source,
        versions.updated_at
    from versions
    inner join last_deals
        on
            versions.source = last_deals.source
            and versions.previous_owner_reference = last_deals.owner_reference
    where versions.owner_reference <> versions.previous_owner_reference
    group by versions.source, versions.updated_at
    having
        count(distinct versions.previous_owner_reference) = 1
        and max(last_deals.created_on) < {{ business_date('versions.updated_at') }}
),

handed_over as (
    select distinct
        versions.source,
        versions.source_opportunity_id,
        versions.updated_at
    from versions
    inner join handovers
        on
            versions.source = handovers.source
            and versions.updated_at = handovers.updated_at
    where versions.owner_reference <> versions.previous_owner_reference
),

-- an extract may show one edit in several versions
deal_edits as (
    select versions.*
    from versions
    left join handed_over
        on
            versions.source = handed_over.source
            and versions.source_opportunity_id = handed_over.source_opportunity_id
            and versions.updated_at = handed_over.updated_at
    where handed_over.updated_at is null
),

edits as (
    select distinct
        source,
        'opportunity' as object,
        'updated_at' as field,
        opportunity_id as record_id,
        rep_id,
        cast(null as varchar) as edited_by,
        updated_at as edited_at
    from deal_edits
    {%- for field, column in edited.items() %}
    union all
    select distinct
        source,
        'opportunity' as object,
        '{{ field }}' as field,
        opportunity_id as record_id,
        rep_id,
        cast(null as varchar) as edited_by,
        updated_at as edited_at
    from deal_edits
    where position_of_version > 1 and {{ column }} is distinct from previous_{{ column }}
    {%- endfor %}
    union all
    select
        source,
        'activity' as object,
        'logged_at' as field,
        activity_id as record_id,
        rep_id,
        cast(null as varchar) as edited_by,
        logged_at as edited_at
    from {{ ref('int_activities_judged') }}
    where exclusion_reason is null and logged_at is not null
    union all
    select
        stage_log.source,
        'stage_event' as object,
        'changed_at' as field,
        stage_log.opportunity_id as record_id,
        owners.owner_id as rep_id,
        stage_log.changed_by as edited_by,
        stage_log.changed_at as edited_at
    from {{ ref('int_stage_log_unioned') }} as stage_log
    inner join owners on stage_log.opportunity_id = owners.opportunity_id
    where stage_log.changed_at is not null
),

dated as (
    select
        *,
        {{ business_date('edited_at') }} as edited_on
    from edits
),

final as (
    select
        dated.*,
        rep_teams.team_id,
        {{ fiscal_period_start('week', 'dated.edited_on') }} as week_start
    from dated
    cross join as_of
    left join rep_teams
        on
            dated.rep_id = rep_teams.rep_id
            and dated.edited_on between rep_teams.valid_from and rep_teams.valid_to
    where dated.edited_on between as_of.earliest_plausible_on and as_of.as_of_date
)

select * from final
