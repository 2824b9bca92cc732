-- The splits and lines of each deal in the intervals within which nothing known of it changed, with the reason for which one does not count,
-- null where it counts. A deal that moved to another system leaves its parts in the old one. The splits of a deal sum to 1 within
-- 0.001, or none of them counts and the deal stays with its owner.
{% set columns %}
    opportunity_reference, source_exclusion, source_key, source_file, source_row, row_hash, extracted_at, superseded_at, is_current
{% endset %}
{% set split_columns %}
    'split' as part, rep_reference, share, cast(null as varchar) as line_key, cast(null as varchar) as product_reference,
    cast(null as decimal(18, 4)) as quantity, cast(null as decimal(18, 4)) as unit_price,
    cast(null as decimal(9, 6)) as discount_rate, {{ columns }}
{% endset %}
{% set line_columns %}
    'line' as part, cast(null as varchar) as rep_reference, cast(null as decimal(9, 6)) as share, line_key, product_reference,
    quantity, unit_price, discount_rate, {{ columns }}
{% endset %}

with

unioned as (
    {{ union_sources('opportunity_splits', split_columns) }}
    union all
    {{ union_sources('opportunity_lines', line_columns) }}
),

parts as (
    select
        *,
        {{ referenced_id('source', 'opportunity_reference') }} as source_opportunity_id,
        {{ delivery_days('unioned') }}
    from unioned
),

known as (
    select
        parts.*,
        intervals.opportunity_id,
        intervals.known_from,
        intervals.known_to,
        {{ mapped_value('parts', 'product_reference') }} as mapped_product_reference,
        row_number() over (
            partition by parts.part, intervals.opportunity_id, intervals.known_from, parts.source, parts.source_key
            order by parts.row_hash desc, parts.source_file asc, parts.source_row asc
        ) as position_of_key,
        parts.source = records.source
        and (intervals.known_from < records.authoritative_from or intervals.known_from >= records.authoritative_to)
            as is_migrated_away
    from parts
    left join {{ ref('bridge_source_ids') }} as matches
        on matches.entity = 'opportunity' and parts.source_opportunity_id = matches.source_id
    inner join {{ ref('int_opportunity_intervals') }} as intervals
        on
            coalesce(matches.canonical_id, parts.source_opportunity_id) = intervals.opportunity_id
            and {{ is_known_on('parts', 'intervals.known_from') }}
    left join {{ ref('int_opportunity_records') }} as records on parts.source_opportunity_id = records.source_opportunity_id
    {{ join_value_map('parts', 'product_reference', 'opportunity_line') }}
),

resolved as (
    select
        known.*,
        case when known.part = 'split' then coalesce(reps.resolved_id, 'unassigned') end as rep_id,
        products.resolved_id as product_id,
        coalesce(
            case when known.position_of_key > 1 then 'duplicate' end,
            known.source_exclusion,
            case
                when known.is_migrated_away then 'migrated'
                when reps.candidate_count > 1 then 'ambiguous_rep'
            end
        ) as own_exclusion_reason
    from known
    {{ join_reference('known', 'rep_reference', 'rep', 'reps') }}
    {{ join_reference('known', 'mapped_product_reference', 'product', 'products') }}
),

counted_deals as (
    select distinct
        opportunity_id,
        known_from
    from {{ ref('int_opportunity_history_validated') }}
    where exclusion_reason is null
),

summed_splits as (
    select
        opportunity_id,
        known_from,
        coalesce(abs(sum(share) - 1) > 0.001 or min(share) < 0 or count(share) < count(*), true) as are_invalid
    from resolved
    where part = 'split' and own_exclusion_reason is null
    group by opportunity_id, known_from
),

final as (
    select
        resolved.*,
        coalesce(
            resolved.own_exclusion_reason,
            case
                when counted_deals.opportunity_id is null then 'unknown_opportunity'
                when resolved.part = 'split' and summed_splits.are_invalid then 'splits_do_not_sum_to_1'
            end
        ) as exclusion_reason
    from resolved
    left join counted_deals using (opportunity_id, known_from)
    left join summed_splits using (opportunity_id, known_from)
)

select * from final
