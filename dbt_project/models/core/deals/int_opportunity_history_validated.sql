-- Each deal in the intervals within which nothing known of it changed, with every row of it that was known then and the reason for which the row
-- counts nowhere, null where it counts. Of a deal in several systems the authoritative record counts, with the creation, the creator
-- and the lead of the first. Today is the interval without a known_to.
with

known as (
    select
        versions.*,
        intervals.known_from,
        intervals.known_to,
        records.opportunity_id is not null as is_matched,
        records.deal_created_at,
        records.deal_created_on,
        records.deal_created_by_reference,
        records.deal_lead_reference,
        coalesce(intervals.known_from >= records.authoritative_from, true)
        and coalesce(intervals.known_from < records.authoritative_to, true) as is_authoritative,
        row_number() over (
            partition by intervals.opportunity_id, intervals.known_from, versions.source, versions.source_key
            order by
                versions.updated_at desc nulls last, versions.row_hash desc, versions.source_file asc, versions.source_row asc
        ) as position_of_key
    from {{ ref('int_opportunity_intervals') }} as intervals
    inner join {{ ref('int_opportunity_versions') }} as versions
        on intervals.opportunity_id = versions.opportunity_id and {{ is_known_on('versions', 'intervals.known_from') }}
    left join {{ ref('int_opportunity_records') }} as records
        on versions.source_opportunity_id = records.source_opportunity_id
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
        -- an account that no source delivers counts by its id
        case
            when accounts.candidate_count is not null then accounts.resolved_id
            else {{ referenced_id('known.source', 'known.account_reference') }}
        end as account_id,
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
        known.close_date_at,
        known.crm_converted_amount,
        known.is_deleted,
        known.extracted_at,
        known.source_key,
        known.source_file,
        known.source_row,
        case
            when known.position_of_key > 1 then 'duplicate'
            when not known.is_authoritative then 'migrated'
            when known.source_exclusion is not null then known.source_exclusion
            when known.is_deleted then 'deleted'
            when known.source_stage is null then 'missing_stage'
            when owners.candidate_count > 1 then 'ambiguous_owner'
        end as exclusion_reason
    from known
    {{ join_reference('known', 'owner_reference', 'rep', 'owners') }}
    {{ join_reference('known', 'account_reference', 'account', 'accounts') }}
    {{ join_reference('known', 'product_reference', 'product', 'products') }}
)

select * from final
