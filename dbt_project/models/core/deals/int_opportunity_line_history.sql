-- The lines of each deal in the intervals within which nothing known of it changed, with the product and the reason for which a line does not
-- count, null where it counts: a line of a deal that does not count, or one that a migrated deal left in its old system.

with

known_lines as (
    select * from {{ ref('int_opportunity_parts') }}
    where part = 'line'
),

lines as (
    select
        known_lines.*,
        {{ mapped_value('known_lines', 'product_reference') }} as mapped_product_reference
    from known_lines
    {{ join_value_map('known_lines', 'product_reference', 'opportunity_line') }}
),

counted_deals as (
    select distinct
        opportunity_id,
        known_from
    from {{ ref('int_opportunity_history_validated') }}
    where exclusion_reason is null
),

final as (
    select
        {{ canonical_id('lines.source', 'lines.line_key') }} as line_id,
        lines.source,
        lines.opportunity_id,
        lines.known_from,
        lines.known_to,
        lines.mapped_product_reference as product_reference,
        product_references.resolved_id as product_id,
        lines.quantity,
        lines.unit_price,
        lines.discount_rate,
        lines.source_key,
        lines.source_file,
        lines.source_row,
        coalesce(
            lines.part_exclusion_reason,
            case when counted_deals.opportunity_id is null then 'unknown_opportunity' end
        ) as exclusion_reason
    from lines
    left join {{ ref('int_references_resolved') }} as product_references
        on
            product_references.entity = 'product'
            and lines.source = product_references.scope
            and lines.mapped_product_reference = product_references.reference
    left join counted_deals
        on
            lines.opportunity_id = counted_deals.opportunity_id
            and lines.known_from = counted_deals.known_from
)

select * from final
