-- The splits and lines of each deal in the intervals within which nothing known of it changed, with the reason for which one counts nowhere of
-- itself: its key was delivered twice, its CRM says so, or a deal that moved to another system left it in the old one.
{% set columns %}
    opportunity_reference, source_exclusion, source_key, source_file, source_row, row_hash, extracted_at, superseded_at,
    is_current
{% endset %}

with

splits as (
    {{ union_sources('opportunity_splits', 'rep_reference, share, ' ~ columns) }}
),

lines as (
    {{ union_sources('opportunity_lines', 'line_key, product_reference, quantity, unit_price, discount_rate, ' ~ columns) }}
),

unioned as (
    select
        'split' as part,
        splits.source,
        {{ referenced_id('splits.source', 'splits.opportunity_reference') }} as source_opportunity_id,
        splits.rep_reference,
        splits.share,
        cast(null as varchar) as line_key,
        cast(null as varchar) as product_reference,
        cast(null as decimal(18, 4)) as quantity,
        cast(null as decimal(18, 4)) as unit_price,
        cast(null as decimal(9, 6)) as discount_rate,
        splits.source_exclusion,
        splits.source_key,
        splits.source_file,
        splits.source_row,
        splits.row_hash,
        {{ delivery_days('splits') }}
    from splits
    union all
    select
        'line' as part,
        lines.source,
        {{ referenced_id('lines.source', 'lines.opportunity_reference') }} as source_opportunity_id,
        cast(null as varchar) as rep_reference,
        cast(null as decimal(9, 6)) as share,
        lines.line_key,
        lines.product_reference,
        lines.quantity,
        lines.unit_price,
        lines.discount_rate,
        lines.source_exclusion,
        lines.source_key,
        lines.source_file,
        lines.source_row,
        lines.row_hash,
        {{ delivery_days('lines') }}
    from lines
),

identified as (
    select
        coalesce(matches.canonical_id, unioned.source_opportunity_id) as opportunity_id,
        unioned.*
    from unioned
    left join {{ ref('bridge_source_ids') }} as matches
        on
            matches.entity = 'opportunity'
            and unioned.source_opportunity_id = matches.source_id
),

final as (
    select
        identified.*,
        intervals.known_from,
        intervals.known_to,
        coalesce(
            case
                when row_number() over (
                    partition by
                        identified.part,
                        identified.opportunity_id,
                        intervals.known_from,
                        identified.source,
                        identified.source_key
                    order by identified.row_hash desc, identified.source_file asc, identified.source_row asc
                ) > 1 then 'duplicate'
            end,
            identified.source_exclusion,
            case
                when
                    identified.source = records.source
                    and (
                        intervals.known_from < records.authoritative_from
                        or intervals.known_from >= records.authoritative_to
                    )
                    then 'migrated'
            end
        ) as part_exclusion_reason
    from identified
    inner join {{ ref('int_opportunity_intervals') }} as intervals
        on
            identified.opportunity_id = intervals.opportunity_id
            and {{ is_known_on('identified', 'intervals.known_from') }}
    left join {{ ref('int_opportunity_records') }} as records
        on identified.source_opportunity_id = records.source_opportunity_id
)

select * from final
