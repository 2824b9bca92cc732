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

intervals as (
    {{ intervals_between('differing', 'opportunity_id', ['delivered_on']) }}
),

known as (
    select
        differing.*,
        intervals.known_from,
        intervals.known_to,
        max(case when not differing.is_closed then differing.extracted_at end) over (
            partition by intervals.opportunity_id, intervals.known_from
        ) as last_open_at,
        row_number() over (
            partition by intervals.opportunity_id, intervals.known_from
            order by differing.extracted_at asc, differing.updated_at desc nulls last, differing.row_hash desc
        ) as position_of_version
    from intervals
    inner join differing
        on intervals.opportunity_id = differing.opportunity_id and intervals.known_from >= differing.delivered_on
),

positions as (
    select
        *,
        min(case when owner_rep_id is not null then position_of_version end) over deal_then as position_of_first_owner,
        min(
            case when is_closed and (last_open_at is null or extracted_at > last_open_at) then position_of_version end
        ) over deal_then as position_at_close
    from known
    window deal_then as (partition by opportunity_id, known_from)
),

final as (
    select
        opportunity_id,
        known_from,
        known_to,
        max(case when position_of_version = position_of_first_owner then owner_rep_id end) as first_owner_id,
        max(position_at_close) is not null as is_shown_closed,
        max(case when position_of_version = position_at_close then owner_rep_id end) as owner_at_close_id,
        max(case when position_of_version = position_at_close then source end) as closing_source,
        max(case when position_of_version = position_at_close then source_key end) as closing_source_key,
        max(case when position_of_version = position_at_close then extracted_at end) as shown_closed_at
    from positions
    group by opportunity_id, known_from, known_to
)

select * from final
