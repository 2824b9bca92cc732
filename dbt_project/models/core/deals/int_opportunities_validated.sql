-- Each current opportunity row, with the reason for which it is out of every number, null for those that count. Of a deal that is in
-- several systems the record in force is the deal, with the creation, the creator and the lead of the first.
with

versions as (
    select * from {{ ref('int_opportunity_versions') }}
    where is_current
),

owner_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep'
),

account_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'account'
),

product_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'product'
),

records as (
    select * from {{ ref('int_opportunity_records') }}
),

beginnings as (
    select
        opportunity_id,
        min(created_at) as created_at,
        min(created_on) as created_on,
        max(case when position_of_record = 1 then created_by_reference end) as created_by_reference,
        max(case when position_of_record = 1 then lead_reference end) as lead_reference
    from records
    group by opportunity_id
),

judged as (
    select
        *,
        {{ exclusion_reason('updated_at', 'is_deleted', 'source_exclusion') }} as own_exclusion_reason
    from versions
),

final as (
    select
        judged.opportunity_id,
        judged.source_opportunity_id,
        judged.source,
        judged.opportunity_key,
        judged.opportunity_name,
        judged.owner_reference,
        owner_references.resolved_id as owner_rep_id,
        judged.account_reference,
        account_references.resolved_id as account_id,
        judged.product_reference,
        product_references.resolved_id as product_id,
        -- who created it again did not create it
        case
            when beginnings.opportunity_id is not null then beginnings.created_by_reference
            else judged.created_by_reference
        end as created_by_reference,
        coalesce(beginnings.lead_reference, judged.lead_reference) as lead_reference,
        judged.pipeline,
        judged.source_stage,
        judged.amount,
        judged.currency,
        judged.opportunity_type,
        judged.loss_reason,
        coalesce(beginnings.created_at, judged.created_at) as created_at,
        coalesce(beginnings.created_on, judged.created_on) as created_on,
        judged.close_date,
        judged.closed_at,
        judged.updated_at,
        judged.extracted_at,
        judged.source_key,
        judged.source_file,
        judged.source_row,
        coalesce(
            case when not records.is_in_force and judged.own_exclusion_reason <> 'duplicate' then 'migrated' end,
            judged.own_exclusion_reason,
            case
                when not records.is_in_force then 'migrated'
                when judged.source_stage is null then 'missing_stage'
                when owner_references.candidate_count > 1 then 'ambiguous_owner'
            end
        ) as exclusion_reason
    from judged
    left join records on judged.source_opportunity_id = records.source_opportunity_id
    left join beginnings on judged.opportunity_id = beginnings.opportunity_id
    left join owner_references
        on
            judged.source = owner_references.scope
            and judged.owner_reference = owner_references.reference
    left join account_references
        on
            judged.source = account_references.scope
            and judged.account_reference = account_references.reference
    left join product_references
        on
            judged.source = product_references.scope
            and judged.product_reference = product_references.reference
)

select * from final
