-- The splits that hold: those of a deal sum to 1, or none of them counts and the deal stays with its owner.
{% set columns %}
    opportunity_reference, rep_reference, share, source_exclusion, source_key, source_file, source_row, row_hash
{% endset %}

with

unioned as (
    {{ union_sources('opportunity_splits', columns, 'is_current') }}
),

identified as (
    select
        *,
        {{ referenced_id('source', 'opportunity_reference') }} as source_opportunity_id
    from unioned
),

splits as (
    {{ of_canonical_deals('identified') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_validated') }}
    where exclusion_reason is null
),

rep_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep'
),

judged as (
    select
        *,
        {{ exclusion_reason(source_exclusion='source_exclusion') }} as own_exclusion_reason
    from splits
),

named as (
    select
        judged.*,
        rep_references.resolved_id,
        coalesce(
            judged.own_exclusion_reason,
            case
                when judged.is_left_behind then 'migrated'
                when rep_references.candidate_count > 1 then 'ambiguous_rep'
            end
        ) as row_exclusion_reason
    from judged
    left join rep_references
        on
            judged.source = rep_references.scope
            and judged.rep_reference = rep_references.reference
),

summed as (
    select
        opportunity_id,
        sum(share) as share_total,
        min(share) as smallest_share,
        count(*) - count(share) as unreadable_shares
    from named
    where row_exclusion_reason is null
    group by opportunity_id
),

final as (
    select
        named.source,
        named.opportunity_id,
        named.rep_reference,
        coalesce(named.resolved_id, 'unassigned') as rep_id,
        named.share,
        named.source_key,
        named.source_file,
        named.source_row,
        coalesce(
            named.row_exclusion_reason,
            case
                when opportunities.opportunity_id is null then 'unknown_opportunity'
                when summed.share_total <> 1 or summed.smallest_share < 0 or summed.unreadable_shares > 0
                    then 'splits_do_not_sum_to_1'
            end
        ) as exclusion_reason
    from named
    left join opportunities on named.opportunity_id = opportunities.opportunity_id
    left join summed on named.opportunity_id = summed.opportunity_id
)

select * from final
