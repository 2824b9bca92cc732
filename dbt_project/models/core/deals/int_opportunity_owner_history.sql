-- Who was known as the owner of each deal at its close and at its beginning, from when to when: the owner at close is the owner in the first
-- extract that shows the deal closed, after the last one that shows it open. A deal that changes hands after its close stays with the
-- owner at close.
with

versions as (
    select
        versions.opportunity_id,
        versions.source,
        versions.source_key,
        versions.delivered_on,
        versions.extracted_at,
        versions.updated_at,
        versions.row_hash,
        owners.resolved_id as owner_rep_id,
        stage_labels.is_closed,
        count(*) over (partition by versions.opportunity_id, versions.extracted_at) as versions_of_instant
    from {{ ref('int_opportunities_unioned') }} as versions
    {{ join_reference('versions', 'owner_reference', 'rep', 'owners') }}
    left join {{ ref('int_stage_labels_mapped') }} as stage_labels
        on
            versions.source = stage_labels.source
            and versions.pipeline = stage_labels.source_pipeline
            and versions.source_stage = stage_labels.source_stage
            and {{ business_date('versions.extracted_at') }} between stage_labels.meaning_from and stage_labels.meaning_to
    where versions.is_in_force
),

with_previous as (
    select
        *,
        lag(delivered_on) over version_order as previous_delivered_on,
        lag(owner_rep_id) over version_order as previous_owner_rep_id,
        lag(is_closed) over version_order as previous_is_closed
    from versions
    window version_order as (
        partition by opportunity_id order by extracted_at asc, updated_at desc nulls last, row_hash desc
    )
),

-- of successive versions with the same owner and close the first is enough: rows that change daily do not multiply
differing as (
    select * from with_previous
    where
        previous_delivered_on is null
        or delivered_on < previous_delivered_on
        or versions_of_instant > 1
        or owner_rep_id is distinct from previous_owner_rep_id
        or is_closed is distinct from previous_is_closed
),

days as (
    select distinct
        opportunity_id,
        delivered_on as known_from
    from differing
),

intervals as (
    select
        *,
        lead(known_from) over (partition by opportunity_id order by known_from) as known_to
    from days
),

delivered as (
    select
        intervals.known_from,
        intervals.known_to,
        differing.*,
        max(case when not differing.is_closed then differing.extracted_at end) over (
            partition by intervals.opportunity_id, intervals.known_from
        ) as last_open_at,
        row_number() over (
            partition by intervals.opportunity_id, intervals.known_from
            order by differing.extracted_at asc, differing.updated_at desc nulls last, differing.row_hash desc
        ) as position_of_version
    from intervals
    inner join differing
        on
            intervals.opportunity_id = differing.opportunity_id
            and intervals.known_from >= differing.delivered_on
),

positions as (
    select
        opportunity_id,
        known_from,
        known_to,
        min(case when owner_rep_id is not null then position_of_version end) as position_of_first_owner,
        min(case when is_closed and (last_open_at is null or extracted_at > last_open_at) then position_of_version end)
            as position_at_close
    from delivered
    group by opportunity_id, known_from, known_to
),

final as (
    select
        positions.opportunity_id,
        positions.known_from,
        positions.known_to,
        first_versions.owner_rep_id as first_owner_id,
        positions.position_at_close is not null as is_shown_closed,
        closing_versions.owner_rep_id as owner_at_close_id,
        closing_versions.source as closing_source,
        closing_versions.source_key as closing_source_key,
        closing_versions.extracted_at as shown_closed_at
    from positions
    left join delivered as first_versions
        on
            positions.opportunity_id = first_versions.opportunity_id
            and positions.known_from = first_versions.known_from
            and positions.position_of_first_owner = first_versions.position_of_version
    left join delivered as closing_versions
        on
            positions.opportunity_id = closing_versions.opportunity_id
            and positions.known_from = closing_versions.known_from
            and positions.position_at_close = closing_versions.position_of_version
)

select * from final
