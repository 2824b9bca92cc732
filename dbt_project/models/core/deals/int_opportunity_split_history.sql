-- The splits of each deal in the intervals within which nothing known of it changed, with the reason for which a split does not count, null
-- where it counts: the splits of a deal sum to 1, or none of them counts and the deal stays with its owner.
with

splits as (
    select * from {{ ref('int_opportunity_parts') }}
    where part = 'split'
),

counted_deals as (
    select distinct
        opportunity_id,
        known_from
    from {{ ref('int_opportunity_history_validated') }}
    where exclusion_reason is null
),

with_reasons as (
    select
        splits.*,
        coalesce(rep_references.resolved_id, 'unassigned') as rep_id,
        coalesce(
            splits.part_exclusion_reason,
            case when rep_references.candidate_count > 1 then 'ambiguous_rep' end
        ) as row_exclusion_reason
    from splits
    left join {{ ref('int_references_resolved') }} as rep_references
        on
            rep_references.entity = 'rep'
            and splits.source = rep_references.scope
            and splits.rep_reference = rep_references.reference
),

summed as (
    select
        opportunity_id,
        known_from,
        sum(share) as share_total,
        min(share) as smallest_share,
        count(*) - count(share) as unreadable_shares
    from with_reasons
    where row_exclusion_reason is null
    group by opportunity_id, known_from
),

final as (
    select
        with_reasons.source,
        with_reasons.opportunity_id,
        with_reasons.known_from,
        with_reasons.known_to,
        with_reasons.rep_reference,
        with_reasons.rep_id,
        with_reasons.share,
        with_reasons.source_key,
        with_reasons.source_file,
        with_reasons.source_row,
        coalesce(
            with_reasons.row_exclusion_reason,
            case
                when counted_deals.opportunity_id is null then 'unknown_opportunity'
                when summed.share_total <> 1 or summed.smallest_share < 0 or summed.unreadable_shares > 0
                    then 'splits_do_not_sum_to_1'
            end
        ) as exclusion_reason
    from with_reasons
    left join counted_deals
        on
            with_reasons.opportunity_id = counted_deals.opportunity_id
            and with_reasons.known_from = counted_deals.known_from
    left join summed
        on
            with_reasons.opportunity_id = summed.opportunity_id
            and with_reasons.known_from = summed.known_from
)

select * from final
