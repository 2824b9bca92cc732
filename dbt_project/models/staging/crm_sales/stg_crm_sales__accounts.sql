with

source_rows as (
    select * from {{ source('raw', 'crm_sales__account') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('account') }} as account_key,

        -- text
        {{ text('account') }} as account_name,
        {{ text('sector') }} as industry,
        {{ text('office_location') }} as region,
        cast(null as varchar) as segment,
        {{ text('subsidiary_of') }} as parent_account_reference,

        -- references
        cast(null as varchar) as owner_reference,

        -- instants
        cast(null as timestamp) as created_at,

        -- why the source does not count the row
        cast(null as varchar) as source_exclusion,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
