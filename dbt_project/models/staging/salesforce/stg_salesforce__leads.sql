-- Leads in the canonical columns. Salesforce dates the conversion alone, and a lead that is converted is a qualified one.
with

leads as (
    select * from {{ ref('base_salesforce__leads') }}
),

final as (
    select
        -- ids
        lead_key,
        owner_key as owner_reference,
        deal_key as opportunity_reference,

        -- text
        lead_source,
        lead_status,

        -- instants and their business dates
        created_at,
        created_on,
        {{ start_of_business_date('converted_on') }} as qualified_at,
        converted_on as qualified_on,
        {{ start_of_business_date('converted_on') }} as converted_at,
        converted_on,

        -- why the source does not count the row
        source_exclusion,

        -- origin
        source_key,
        source_file,
        source_row,
        row_hash,
        extracted_at,
        superseded_at,
        is_current,
        extras
    from leads
)

select * from final
