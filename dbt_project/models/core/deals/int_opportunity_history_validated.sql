-- Each deal in the intervals within which nothing known of it changed, with every row of it that was known then and the reason for which the row
-- counts nowhere, null where it counts. Of a deal in several systems the authoritative record counts, with the creation, the creator
-- and the lead of the first. Today is the interval without a known_to.
with

rows_with_records as (
    select
        versions.*,
        records.authoritative_from,
        records.authoritative_to,
        records.opportunity_id is not null as is_matched,
        records.deal_created_at,
        records.deal_created_on,
        records.deal_created_by_reference,
        records.deal_lead_reference
    from {{ ref('int_opportunity_versions') }} as versions
    left join {{ ref('int_opportunity_records') }} as records
        on versions.source_opportunity_id = records.source_opportunity_id
),

known as (
    select
        rows_with_records.*,
        intervals.known_from,
        intervals.known_to,
        coalesce(intervals.known_from >= rows_with_records.authoritative_from, true)
        and coalesce(intervals.known_from < rows_with_records.authoritative_to, true) as is_authoritative,
        row_number() over (
            partition by intervals.opportunity_id, intervals.known_from, rows_with_records.source, rows_with_records.source_key
            order by
                rows_with_records.updated_at desc nulls last,
                rows_with_records.row_hash desc,
                rows_with_records.source_file asc,
                rows_with_records.source_row asc
        ) as position_of_key
    from {{ ref('int_opportunity_intervals') }} as intervals
    inner join rows_with_records
        on
            intervals.opportunity_id = rows_with_records.opportunity_id
            and {{ is_known_on('rows_with_records', 'intervals.known_from') }}
),

references_resolved as (
    select * from {{ ref('int_references_resolved') }}
),

final as (
    select
        known.opportunity_id,
        known.known_from,
        known.known_to,
        known.source_opportunity_id,
        known.source,
        known.opportunity_key,
        known.opportunity_name,
        known.owner_reference,
        owners.resolved_id as owner_rep_id,
        known.account_reference,
        accounts.resolved_id as account_id,
        known.product_reference,
        products.resolved_id as product_id,
        -- who created the deal again in another system did not create it
        case when known.is_matched then known.deal_created_by_reference else known.created_by_reference end
            as created_by_reference,
        coalesce(known.deal_lead_reference, known.lead_reference) as lead_reference,
        known.pipeline,
        known.source_stage,
        known.amount,
        known.currency,
        known.opportunity_type,
        known.loss_reason,
        coalesce(known.deal_created_at, known.created_at) as created_at,
        coalesce(known.deal_created_on, known.created_on) as created_on,
        known.close_date,
        known.closed_at,
        known.updated_at,
        known.extracted_at,
        known.source_key,
        known.source_file,
        known.source_row,
        coalesce(
            case when known.position_of_key > 1 then 'duplicate' end,
            case when not known.is_authoritative then 'migrated' end,
            known.source_exclusion,
            case
                when known.is_deleted then 'deleted'
                when known.source_stage is null then 'missing_stage'
                when owners.candidate_count > 1 then 'ambiguous_owner'
            end
        ) as exclusion_reason
    from known
    left join references_resolved as owners
        on
            owners.entity = 'rep'
            and known.source = owners.scope
            and known.owner_reference = owners.reference
    left join references_resolved as accounts
        on
            accounts.entity = 'account'
            and known.source = accounts.scope
            and known.account_reference = accounts.reference
    left join references_resolved as products
        on
            products.entity = 'product'
            and known.source = products.scope
            and known.product_reference = products.reference
)

select * from final
