-- Each current opportunity line, with its deal and its product; a line of a deal that does not count counts nowhere, nor does one
-- that a migrated deal left behind in its old system.
{% set columns %}
    line_key, opportunity_reference, product_reference, quantity, unit_price, discount_rate, source_exclusion, source_key,
    source_file, source_row, row_hash
{% endset %}

{% set products = {'generic': 'product_id', 'salesforce': 'product2id'} %}

with

lines as (
    {{ union_sources('opportunity_lines', columns, 'is_current') }}
),

mapped as (
    select
        lines.source,
        lines.line_key,
        {{ referenced_id('lines.source', 'lines.opportunity_reference') }} as source_opportunity_id,
        {{ mapped_value('lines', 'product_reference') }} as product_reference,
        lines.quantity,
        lines.unit_price,
        lines.discount_rate,
        lines.source_exclusion,
        lines.source_key,
        lines.source_file,
        lines.source_row,
        lines.row_hash
    from lines
    {{ join_value_map('lines', 'product_reference', 'opportunity_line', products) }}
),

identified as (
    {{ of_canonical_deals('mapped') }}
),

product_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'product'
),

opportunities as (
    select opportunity_id from {{ ref('int_opportunities_validated') }}
    where exclusion_reason is null
),

judged as (
    select
        *,
        {{ exclusion_reason(source_exclusion='source_exclusion') }} as own_exclusion_reason
    from identified
),

final as (
    select
        {{ canonical_id('judged.source', 'judged.line_key') }} as line_id,
        judged.source,
        judged.opportunity_id,
        judged.product_reference,
        product_references.resolved_id as product_id,
        judged.quantity,
        judged.unit_price,
        judged.discount_rate,
        judged.source_key,
        judged.source_file,
        judged.source_row,
        coalesce(
            judged.own_exclusion_reason,
            case
                when judged.is_left_behind then 'migrated'
                when opportunities.opportunity_id is null then 'unknown_opportunity'
            end
        ) as exclusion_reason
    from judged
    left join product_references
        on
            judged.source = product_references.scope
            and judged.product_reference = product_references.reference
    left join opportunities on judged.opportunity_id = opportunities.opportunity_id
)

select * from final
