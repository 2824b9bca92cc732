-- The splits and lines of deals with the days from which and until which the extracts told them.
{% set columns %}
    opportunity_reference, source_exclusion, source_key, source_file, source_row, row_hash, extracted_at, superseded_at, is_current
{% endset %}

with

splits as (
    {{ union_sources('opportunity_splits', 'rep_reference, share, ' ~ columns) }}
),

lines as (
    {{ union_sources('opportunity_lines', 'quantity, ' ~ columns) }}
),

unioned as (
    select
        'split' as part,
        splits.source,
        {{ referenced_id('splits.source', 'splits.opportunity_reference') }} as source_opportunity_id,
        splits.rep_reference,
        splits.share,
        cast(null as decimal(18, 4)) as quantity,
        splits.source_exclusion,
        splits.source_key,
        splits.source_file,
        splits.source_row,
        splits.row_hash,
        {{ told_days('splits') }}
    from splits
    union all
    select
        'line' as part,
        lines.source,
        {{ referenced_id('lines.source', 'lines.opportunity_reference') }} as source_opportunity_id,
        cast(null as varchar) as rep_reference,
        cast(null as decimal(9, 6)) as share,
        lines.quantity,
        lines.source_exclusion,
        lines.source_key,
        lines.source_file,
        lines.source_row,
        lines.row_hash,
        {{ told_days('lines') }}
    from lines
),

final as (
    {{ of_canonical_deals('unioned') }}
)

select * from final
