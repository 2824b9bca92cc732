-- Pipedrive's organizations in the canonical columns of accounts.
with

organizations as (
    select * from {{ ref('stg_pipedrive__organizations') }}
),

renamed as (
    select
        -- ids
        organization_key as account_key,
        owner_key as owner_reference,
        cast(null as varchar) as parent_account_reference,

        -- text
        organization_name as account_name,
        industry,
        cast(null as varchar) as region,
        cast(null as varchar) as segment,

        -- instants
        created_at,

        -- judgement of the source
        cast(null as varchar) as source_exclusion,

        -- origin
        source_key,
        source_file,
        source_row,
        row_hash,
        extracted_at,
        superseded_at,
        is_current,
        extras
    from organizations
)

select * from renamed
