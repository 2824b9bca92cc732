-- HubSpot's companies in the canonical columns of accounts.
with

source_rows as (
    select * from {{ source('raw', 'hubspot__account') }}
    where not _is_tombstone
),

companies as (
    select
        {{ text('id') }} as company_key,
        {{ text('hubspot_owner_id') }} as owner_key,
        {{ text('hs_parent_company_id') }} as parent_company_key,
        {{ text('hs_merged_object_ids') }} as merged_keys,
        -- a company that was never given a name is known by its domain
        coalesce({{ text('name') }}, {{ text('domain') }}) as company_name,
        {{ text('industry') }} as industry,
        coalesce({{ parse_boolean('archived') }}, false) as is_archived,
        coalesce(
            {{ hubspot_instant('createdate') }},
            {{ hubspot_instant('createdat') }}
        ) as created_at,
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('hubspot', 'createdate') }}
    {{ join_source_zone('hubspot', 'createdat') }}
),

merged_companies as (
    {{ hubspot_merged_keys('companies', 'company_key') }}
),

final as (
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

        -- why the source does not count the row
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

select * from final
