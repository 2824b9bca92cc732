-- HubSpot's companies in the canonical columns of accounts.
with

companies as (
    select * from {{ ref('stg_hubspot__companies') }}
),

merged_companies as (
    {{ hubspot_merged_keys('stg_hubspot__companies', 'merged_company_keys', 'company_key') }}
),

renamed as (
    select
        -- ids
        companies.company_key as account_key,
        companies.owner_key as owner_reference,
        companies.parent_company_key as parent_account_reference,

        -- text
        companies.company_name as account_name,
        companies.industry,
        cast(null as varchar) as region,
        cast(null as varchar) as segment,

        -- instants
        companies.created_at,

        -- judgement of the source
        case
            when merged_companies.merged_key is not null then 'merged'
            when companies.is_archived then 'deleted'
        end as source_exclusion,

        -- origin
        companies.source_key,
        companies.source_file,
        companies.source_row,
        companies.row_hash,
        companies.extracted_at,
        companies.superseded_at,
        companies.is_current,
        companies.extras
    from companies
    left join merged_companies on companies.company_key = merged_companies.merged_key
)

select * from renamed
